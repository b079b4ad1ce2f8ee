using System.Collections;
using System.Globalization;
using System.Text;
using Reeve.Commands;
using Reeve.Commands.Places;
using Reeve.Commands.Running;
using Reeve.Commands.SecretVerbs;
using Reeve.Core.Errors;
using Reeve.Operations.Logs;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
try
{
    // A server says what it does; a command that says its own has no need of a log that agrees.
    bool serves = args.Length == 0 || args[0] == "serve";
    LogOptions options = new()
    {
        Level = Environment.GetEnvironmentVariable(ReeveSettings.LogLevel.ShortName!) is { Length: > 0 } level ? level : serves ? "INFO" : "WARNING",
        File = Environment.GetEnvironmentVariable(ReeveSettings.LogFile.ShortName!) is { Length: > 0 } file ? file : null,
    };
    Dictionary<string, string> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
    using LogBook log = LogBook.Open(options, TimeProvider.System, Console.OpenStandardError());
    CommandContext context = new()
    {
        Words = args,
        Output = Console.Out,
        Error = Console.Error,
        OpenInput = static () => new StandardInput(Console.OpenStandardInput()),
        AskHidden = Console.IsInputRedirected || Console.IsErrorRedirected ? null : HiddenInput.Ask,
        OpenOutput = Console.OpenStandardOutput,
        Progress = Console.IsErrorRedirected || !Console.IsOutputRedirected ? null : Console.Error,
        Passing = Console.IsErrorRedirected ? null : Console.Error,
        Loggers = log.Factory,
        Actor = LocalPrincipal.Current(),
        Settings = new Lazy<ReeveSettings>(() => ReeveSettings.Read(environment, Environment.CurrentDirectory)),
    };
    return await CommandLine.InvokeAsync(context, CancellationToken.None);
}
catch (ReeveException fault)
{
    return Terminal.Refuse(Console.Error, Terminal.Errors(fault));
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    // Standard error is closed or full, so nobody can be told.
    return Terminal.Refused;
}
