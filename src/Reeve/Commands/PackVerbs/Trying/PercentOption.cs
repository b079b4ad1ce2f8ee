using System.CommandLine;
using System.Globalization;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary>A share that must be reached, in percent.</summary>
internal static class PercentOption
{
    internal static Option<decimal?> Make(string description)
    {
        Option<decimal?> option = new("--threshold")
        {
            Description = description,
            HelpName = "percent",
            CustomParser = result =>
            {
                if (decimal.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent) && percent is >= 0 and <= 100)
                {
                    return percent;
                }

                result.AddError("--threshold takes a number from 0 to 100.");
                return null;
            },
        };
        return option;
    }

    /// <summary>A percentage as people read it: never more than it is.</summary>
    internal static string Shown(double share) => (Math.Floor(share * 1000) / 10).ToString("0.#", CultureInfo.InvariantCulture);
}
