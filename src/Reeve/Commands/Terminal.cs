using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Commands;

/// <summary>How every command talks: data on stdout, talk and errors on stderr, exit codes of EX-CLI-1.</summary>
public static class Terminal
{
    /// <summary>It was done.</summary>
    public const int Done = 0;

    /// <summary>The input was refused.</summary>
    public const int Refused = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>A check failed.</summary>
    public const int FailedCheck = 3;

    /// <summary>Prints errors as people read them and returns the exit code of refused input.</summary>
    public static int Refuse(TextWriter output, IEnumerable<ReeveError> errors, string? file = null)
    {
        foreach (ReeveError error in errors)
        {
            string place = file ?? "";
            if (error.Position is { } at)
            {
                place += $":{at.Line}:{at.Column}";
            }

            string subject = string.IsNullOrEmpty(error.Subject) ? "" : $"{error.Subject}: ";
            output.WriteLine(Shown.Line($"{(place.Length == 0 ? "" : place + ": ")}{error.Code}: {subject}{error.Message} Next: {error.NextStep}"));
        }

        return Refused;
    }

    /// <summary>The errors an exception carries.</summary>
    public static IReadOnlyList<ReeveError> Errors(ReeveException fault) => fault is ReeveErrorsException many ? many.Errors : [fault.Error];

    /// <summary>A stream whose bytes, UTF-8, go to where the command writes.</summary>
    internal static Stream OutputStream(CommandContext context) => context.OpenOutput is { } open ? open() : new TextStream(context.Output);
}
