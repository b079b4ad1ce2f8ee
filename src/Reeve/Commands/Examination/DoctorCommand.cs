using System.CommandLine;
using System.Globalization;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;

namespace Reeve.Commands.Examination;

/// <summary><c>reeve doctor</c>: whether Reeve can work here, and what to do where it cannot (AR-60, AR-61). 0 pass, 1 warnings, 2 failures.</summary>
internal static class DoctorCommand
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> store = StoreAccess.Option();
        Option<bool> verbose = new("--verbose") { Description = "Show every check, not only those that found something." };
        Option<bool> json = new("--json") { Description = "Print the findings as JSON." };
        Option<int> port = new("--port") { Description = "The port that a server would use.", DefaultValueFactory = _ => 8000 };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int given) || given is < 1 or > 65_534))
            {
                result.AddError("--port takes a whole number from 1 to 65534.");
            }
        });
        Command command = new("doctor", "Check what Reeve needs. Exit 0 when all is well, 1 with warnings, 2 with failures.") { store, port, verbose, json };
        command.SetAction(async (call, cancellationToken) =>
        {
            (StoreAddress? address, ReeveException? fault) = Address(context, call.GetValue(store));
            Func<StoreSession?, ReeveException?, Task<int>> examine = async (session, failure) =>
            {
                List<Examined> findings = [];
                IEnumerable<Check> checks = [.. MachineChecks.Of(context, address, call.GetValue(port)), .. StoreChecks.Of(context, address, session, failure)];
                foreach (Check check in checks)
                {
                    findings.Add(await ExamineAsync(context, check, cancellationToken));
                }

                return Report(context, findings, call.GetValue(verbose), call.GetValue(json));
            };
            if (address is null || (context.Held is null && address.Dialect == Dialect.Sqlite && !File.Exists(address.Target)))
            {
                // A look must not make a store.
                return await examine(null, fault);
            }

            try
            {
                // A look must not make a key either; the first start of a server does.
                bool hasKey = address.Dialect == Dialect.Postgres
                    ? context.Settings.Value.MasterKeyFile is not null
                    : File.Exists(context.Settings.Value.MasterKeyFile ?? address.Target + ".key");
                return await StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { NeedsMasterKey = hasKey }, session => examine(session, null), cancellationToken);
            }
            catch (ReeveException failure)
            {
                return await examine(null, failure);
            }
        });
        return command;
    }

    private static (StoreAddress? Address, ReeveException? Fault) Address(CommandContext context, string? given)
    {
        try
        {
            return (StoreAccess.AddressOf(context, given), null);
        }
        catch (ReeveException fault)
        {
            return (null, fault);
        }
    }

    private static async Task<Examined> ExamineAsync(CommandContext context, Check check, CancellationToken cancellationToken)
    {
        long begun = context.Clock.GetTimestamp();
        Finding finding;
        try
        {
            finding = await check.LookAsync(cancellationToken);
        }
        catch (ReeveException fault)
        {
            finding = Finding.Of(fault.Error);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            finding = new Finding(Health.Failure, $"It could not be looked at: {fault.Message}", "Check the permissions of whoever runs this.");
        }

        return new Examined(check.Name, finding, context.Clock.GetElapsedTime(begun));
    }

    private static int Report(CommandContext context, List<Examined> findings, bool verbose, bool json)
    {
        Health worst = findings.Max(finding => finding.Finding.Status);
        if (json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("status", Value.Of(Core.Records.Wire.Name(worst == Health.Skipped ? Health.Pass : worst))),
                ("version", Value.Of(Product.Version)),
                ("checks", Value.Of(new ListValue([.. findings.Select(finding => Value.Of(finding.ToRow()))]))))));
        }
        else
        {
            foreach (Examined finding in findings.Where(finding => verbose || finding.Finding.Status >= Health.Warning))
            {
                context.Output.WriteLine(Shown.Line(string.Create(
                    CultureInfo.InvariantCulture, $"{Core.Records.Wire.Name(finding.Finding.Status),-8} {finding.Name}: {finding.Finding.Message}{(verbose ? $" ({finding.Duration.TotalMilliseconds:0} ms)" : "")}").ReplaceLineEndings(" ")));
                if (finding.Finding.Remedy is { } remedy)
                {
                    context.Output.WriteLine(Shown.Line($"         {remedy}".ReplaceLineEndings(" ")));
                }
            }

            context.Output.WriteLine(Summary(findings));
        }

        return worst switch { Health.Failure => 2, Health.Warning => 1, _ => Terminal.Done };
    }

    private static string Summary(List<Examined> findings)
    {
        int Count(Health status) => findings.Count(finding => finding.Finding.Status == status);
        return $"{findings.Count} checks: {Count(Health.Pass)} passed, {Count(Health.Warning)} warnings, {Count(Health.Failure)} failures{(Count(Health.Skipped) > 0 ? $", {Count(Health.Skipped)} skipped" : "")}.";
    }
}
