using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Governance.Secrets;

/// <summary>
/// The names that secrets may have: 1 to 128 of <c>A-Z a-z 0-9 . _ -</c>, the first a letter, a digit or <c>_</c>, the last no dot, and no
/// <c>..</c>, so that a name is a file's name and never a path. Pure.
/// </summary>
internal static class SecretNames
{
    private const string Scheme = "secret://";
    private const int Longest = 128;

    // What Reeve itself keeps beside the secrets of people, or mounts as they mount theirs. A pack that could name these could have them sent somewhere.
    private static readonly string[] Reserved = ["master-key", "data-protection", "reeve"];

    /// <summary>The name in a reference; null when it is no reference, or its name is none.</summary>
    internal static string? Referred(string reference) =>
        reference.StartsWith(Scheme, StringComparison.Ordinal) && IsValid(reference[Scheme.Length..]) ? reference[Scheme.Length..] : null;

    /// <summary>Whether a secret may have the name.</summary>
    internal static bool IsValid(string name)
    {
        if (name.Length is 0 or > Longest || (!char.IsAsciiLetterOrDigit(name[0]) && name[0] != '_') || name[^1] == '.' || name.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return !IsReserved(name);
    }

    /// <summary>Refuses what no secret may be named.</summary>
    /// <exception cref="ReeveException">SECRET-001.</exception>
    internal static void Demand(string name)
    {
        if (!IsValid(name))
        {
            string reason = IsReserved(name) ? $"{Shown.Name(name)} is kept for Reeve itself." : $"{Shown.Name(name)} is no name of a secret.";
            throw new ReeveException(new ReeveError(ErrorCatalogue.Secrets.BadName, reason, "name"));
        }
    }

    /// <summary>The environment's name of a secret: upper case, with <c>_</c> for <c>-</c> and <c>.</c>. Several names may have one variable.</summary>
    internal static string Variable(string name) => SecretPlaces.VariablePrefix + name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    // By the variable's form, so that no spelling of a reserved name comes through: MASTER_KEY_CHECK is master-key-check.
    private static bool IsReserved(string name)
    {
        string folded = Variable(name);
        return Reserved.Any(reserved => folded == Variable(reserved) || folded.StartsWith(Variable(reserved) + "_", StringComparison.Ordinal));
    }
}
