using Reeve.Tests.Architecture;

namespace Reeve.Tests;

/// <summary>Documents that are generated from the source and committed.</summary>
internal static class CommittedDocument
{
    /// <summary>
    /// Compares a committed file with what the source gives now. With REEVE_WRITE_DOCS=1 it writes the file instead; review
    /// the difference like code.
    /// </summary>
    public static void ShouldBeCurrent(string path, string expected)
    {
        string file = Path.Combine(SourceTree.Root, path);
        if (Environment.GetEnvironmentVariable("REEVE_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }

        string committed = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (committed != expected)
        {
            string[] had = committed.Split('\n');
            string[] wanted = expected.Split('\n');
            int line = wanted.Zip(had).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.Fail(
                $"{path}, line {line + 1}, is not what the source gives: \"{had.ElementAtOrDefault(line)}\" should be \"{wanted.ElementAtOrDefault(line)}\". "
                + "REEVE_WRITE_DOCS=1 ./test --fast writes it anew.");
        }
    }
}
