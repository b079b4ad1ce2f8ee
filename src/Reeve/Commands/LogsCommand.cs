using System.CommandLine;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Operations.Logs;

namespace Reeve.Commands;

/// <summary><c>reeve logs</c>: the records of the log that match, the newest last.</summary>
public static class LogsCommand
{
    private const int LastByDefault = 100;

    /// <summary>The command with its options.</summary>
    public static Command Build()
    {
        Option<string?> file = new("--file") { Description = "The log file; finished files beside it are read too. Default: REEVE_LOG_FILE." };
        Option<string?> level = new("--level") { Description = "This level or a higher one: DEBUG, INFO, WARNING, ERROR, CRITICAL." };
        Option<string?> component = new("--component") { Description = "This component or one below it, such as Engine or Engine.Pipeline." };
        Option<string?> agent = new("--agent") { Description = "This agent." };
        Option<string?> tenant = new("--tenant") { Description = "This tenant." };
        Option<string?> item = new("--item") { Description = "This work item or exception." };
        Option<int> last = new("-n", "--last") { Description = "The last so many; 0 for all.", DefaultValueFactory = _ => LastByDefault };
        Option<OutputFormat> output = SharedOptions.Format();
        last.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int n) && n < 0)
            {
                result.AddError("-n takes 0 or more.");
            }
        });

        Command command = new("logs", "Show records of the log.")
        {
            file, level, component, agent, tenant, item, last, output,
        };
        command.SetAction(parsed =>
        {
            int count = parsed.GetValue(last);
            LogQuery query = new()
            {
                Level = parsed.GetValue(level) is { } name ? LogSeverities.Parse(name) : null,
                Component = parsed.GetValue(component),
                Agent = parsed.GetValue(agent),
                Tenant = parsed.GetValue(tenant),
                Item = parsed.GetValue(item),
                Last = count == 0 ? null : count,
            };
            string path = parsed.GetValue(file) ?? Environment.GetEnvironmentVariable("REEVE_LOG_FILE")
                ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Logs.NoFile, "Neither --file nor REEVE_LOG_FILE names one."));
            Print(query.Select(LinesOf(path)), parsed.GetValue(output), parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> LinesOf(string path)
    {
        IReadOnlyList<string> files = LogFiles.Of(path);
        if (files.Count == 0)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, "There is no such log file.", path));
        }

        return files.SelectMany(Readable);
    }

    // Lines are read one by one, so a log larger than memory is no trouble; each file's own failure names that file.
    private static IEnumerable<string> Readable(string path)
    {
        using IEnumerator<string> lines = LogFiles.ReadLines(path).GetEnumerator();
        while (Next(lines, path))
        {
            yield return lines.Current;
        }
    }

    private static bool Next(IEnumerator<string> lines, string path)
    {
        try
        {
            return lines.MoveNext();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, error.Message, path), error);
        }
    }

    private static void Print(IEnumerable<LogRecord> records, OutputFormat form, TextWriter output)
    {
        if (form == OutputFormat.Json)
        {
            output.Write('[');
        }

        bool first = true;
        foreach (LogRecord record in records)
        {
            string line = form == OutputFormat.Table ? record.ToText() : Encoding.UTF8.GetString(record.ToLine()).TrimEnd('\n');
            output.Write(form == OutputFormat.Json && !first ? ",\n " : "");
            output.Write(line);
            output.Write(form == OutputFormat.Json ? "" : "\n");
            first = false;
        }

        if (form == OutputFormat.Json)
        {
            output.Write("]\n");
        }
    }
}
