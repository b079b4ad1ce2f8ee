using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Reeve.Fuzz;

const string usage = """
    Sends made-up expressions, payloads and packs through the product and looks for what escapes.

      --cases N        end before case N (100000)
      --minutes M      end after so many minutes
      --seed S         where chance begins (1); a seed and a case make the same input everywhere
      --state FILE     remember where it stands, and go on from there
      --packs FOLDER   make cases out of this folder's packs, too; may be repeated
      --only K         run case K alone, and print its input

    Ends with 1 when a case failed, and with 2 when a case did not end; start it again with its --state to go on after that case.
    """;

CampaignOptions options = new();
string? stateFile = null;
long? only = null;
List<BasePack> packs = [BasePack.BuiltIn()];
try
{
    for (int i = 0; i < args.Length; i += 2)
    {
        string value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
        switch (args[i])
        {
            case "--cases": options = options with { Cases = long.Parse(value, CultureInfo.InvariantCulture) }; break;
            case "--minutes": options = options with { Within = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) }; break;
            case "--seed": options = options with { Seed = long.Parse(value, CultureInfo.InvariantCulture) }; break;
            case "--state": stateFile = value; break;
            case "--packs": packs.Add(BasePack.Open(value)); break;
            case "--only": only = long.Parse(value, CultureInfo.InvariantCulture); break;
            default: throw new FormatException($"{args[i]} is no option.");
        }
    }
}
catch (Exception fault) when (fault is FormatException or ArgumentException)
{
    Console.Error.WriteLine(fault.Message);
    Console.Error.WriteLine(usage);
    return 2;
}

IDoor[] doors = [new ExpressionDoor(packs[0]), new PayloadDoor(packs), new PackDoor(packs)];
string texts = string.Concat(packs.Select(pack => pack.Domain + pack.Policy + string.Concat(pack.Items)));
string campaign = $"reeve-fuzz seed {options.Seed} packs {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(texts)))[..12]}";
Console.WriteLine($"{campaign}: {string.Join(", ", packs.Select(pack => pack.Name))}");
if (only is { } number)
{
    (IDoor door, FuzzInput input) = new Campaign(options, doors, Console.Out).Make(number);
    Console.WriteLine($"{door.Name} {input.Note} ({input.Bytes.Length} bytes):");
    await using Stream stdout = Console.OpenStandardOutput();
    await stdout.WriteAsync(input.Bytes);
    Console.WriteLine();
    options = options with { First = number, Cases = number + 1 };
    stateFile = null;
}

using CampaignState? state = stateFile is null ? null : CampaignState.Open(stateFile, campaign);
if (state?.Crashed is { } crashed)
{
    Console.WriteLine($"FAILED  the process ended during case {crashed}: --seed {options.Seed} --only {crashed}");
    state.Keep($"case {crashed} ended the process");
}

CampaignReport report = new Campaign(options with { First = state?.Next ?? options.First }, doors, Console.Out, state).Run();
foreach ((string kind, long count) in report.Kinds)
{
    Console.WriteLine($"{count,9:N0}  {kind}");
}

Console.WriteLine($"{report.Ran:N0} cases, {report.Failed:N0} failed in {report.Failures.Count} ways; the slowest took {report.Slowest.Milliseconds:N0} ms (case {report.Slowest.Case}).");
if (report.Hung is { } hung)
{
    Console.WriteLine($"FAILED  case {hung} did not end within {options.HangLimit.TotalSeconds:0} s: --seed {options.Seed} --only {hung}");
    Environment.Exit(2);
}

return report.Failed > 0 || state?.Crashed is not null ? 1 : 0;
