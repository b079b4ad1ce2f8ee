using System.Buffers;

namespace Reeve.Commands.Places;

/// <summary>Words of commands that are printed to be copied: what came from outside must stay one word, and never run.</summary>
public static class ShellWord
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:,+@%");

    /// <summary>The word as a POSIX shell reads it: unquoted when every character of it is harmless, else in single quotes.</summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word.AsSpan().IndexOfAnyExcept(Plain) < 0 ? word : "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    /// <summary>The word as an argument that stands last: behind <c>--</c> when it could be taken for an option.</summary>
    public static string LastArgument(string word) => (word.StartsWith('-') ? "-- " : "") + Quoted(word);
}
