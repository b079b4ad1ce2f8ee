using Reeve.Core.Errors;
using Reeve.Load;

const int Refused = 1;
const int Misused = 2;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

// As `reeve bench load ...`: the script hands over every word.
string[] words = args is ["bench", ..] ? args[1..] : args;
if (words is [] || Array.Exists(words, word => word is "--help" or "-h" or "-?"))
{
    Console.WriteLine(LoadArguments.Usage);
    return 0;
}

LoadOptions options;
try
{
    options = LoadArguments.Read(words[0], words[1..]);
}
catch (FormatException fault)
{
    Console.Error.WriteLine(fault.Message);
    Console.Error.WriteLine("See reeve bench --help.");
    return Misused;
}

try
{
    return options switch
    {
        { OtherStore: not null } => Print(await new Comparison(options, Console.Error).RunAsync(stop.Token), report => report.First.Errors + report.Second.Errors),
        { IsFairness: true } => Print(await new FairnessRun(options, Console.Error).RunAsync(stop.Token), report => report.Flood.Errors + report.Quiet.Errors),
        _ => Print(await new LoadRun(options, Console.Error).RunAsync(stop.Token), report => report.Errors),
    };
}
catch (ReeveException fault)
{
    Console.Error.WriteLine(fault.Message);
    Console.Error.WriteLine($"Next: {fault.Error.NextStep}");
    return Refused;
}
catch (FormatException fault)
{
    Console.Error.WriteLine(fault.Message);
    return Refused;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return Refused;
}

int Print<T>(T report, Func<T, long> errors)
{
    if (options.Json)
    {
        Console.WriteLine(LoadReport.ToJson(report));
    }
    else
    {
        LoadReport.WriteTable(report, Console.Out);
    }

    return errors(report) == 0 ? 0 : Refused;
}
