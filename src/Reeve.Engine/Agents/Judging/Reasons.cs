using System.Globalization;
using Reeve.Core.Expressions;

namespace Reeve.Engine.Agents.Judging;

/// <summary>Words that several agents use for the same thing.</summary>
internal static class Reasons
{
    /// <summary>A confidence or threshold.</summary>
    internal static string Number(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Why a condition is neither true nor false, naming the field: <c>'amount': the value is missing</c>.</summary>
    internal static string Unknown(in Truth truth)
    {
        if (truth.Why is not { } why)
        {
            return "it has no answer";
        }

        return why.Path is null || why.Message.Contains(why.Path, StringComparison.Ordinal)
            ? why.Message.TrimEnd('.')
            : $"'{why.Path}': {why.Message.TrimEnd('.')}";
    }
}
