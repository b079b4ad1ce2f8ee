using System.Globalization;
using System.Text;
using Reeve.Commands;
using Reeve.Core.Errors;
using Reeve.Operations.Logs;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
try
{
    LogOptions options = new()
    {
        Level = Environment.GetEnvironmentVariable("REEVE_LOG_LEVEL") is { Length: > 0 } level ? level : "INFO",
        File = Environment.GetEnvironmentVariable("REEVE_LOG_FILE") is { Length: > 0 } file ? file : null,
    };
    using LogBook log = LogBook.Open(options, TimeProvider.System, Console.OpenStandardError());
    return await CommandLine.InvokeAsync(args, log.Factory, Console.Out, Console.Error, CancellationToken.None);
}
catch (ReeveException fault)
{
    return Terminal.Refuse(Console.Error, Terminal.Errors(fault));
}
