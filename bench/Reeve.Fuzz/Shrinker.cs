namespace Reeve.Fuzz;

/// <summary>Makes the input of a failure smaller while it fails in the same way.</summary>
internal static class Shrinker
{
    private const int MostTries = 600;

    /// <summary>Removes ever smaller parts of the bytes; <paramref name="fails"/> says whether what is left still fails alike.</summary>
    internal static byte[] Shrink(byte[] input, Func<byte[], bool> fails)
    {
        int tries = 0;
        for (int size = input.Length / 2; size > 0 && tries < MostTries; size /= 2)
        {
            for (int at = 0; at + size <= input.Length && tries < MostTries;)
            {
                byte[] less = [.. input[..at], .. input[(at + size)..]];
                tries++;
                if (fails(less))
                {
                    input = less;
                }
                else
                {
                    at += size;
                }
            }
        }

        return input;
    }
}
