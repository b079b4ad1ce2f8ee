namespace Reeve.Fuzz;

/// <summary>What one case sends through a door.</summary>
/// <param name="Note">What the door must know beside the bytes, such as which pack they belong to.</param>
/// <param name="Bytes">The text, UTF-8 or nearly.</param>
public sealed record FuzzInput(string Note, byte[] Bytes);

/// <summary>What came of a case that let nothing escape.</summary>
/// <param name="Kind">A word for the tally, such as <c>refused</c>.</param>
/// <param name="Broken">The promise that the product broke, as a sentence; null when it kept all of them.</param>
public readonly record struct Outcome(string Kind, string? Broken = null);

/// <summary>A way into the product that strangers' texts go through.</summary>
public interface IDoor
{
    /// <summary>One word.</summary>
    string Name { get; }

    /// <summary>Makes the input of a case.</summary>
    FuzzInput Make(Dice dice);

    /// <summary>Sends an input through. What it throws has escaped the product: a failure.</summary>
    Outcome Try(FuzzInput input);
}
