using System.Text;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>A folder of a test's own with what most runs need; gone when the test is over.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>An exception that passes every stage.</summary>
    public const string Good = """{"exceptionType":"MISROUTED","rawPayload":{"parcel":"P-4","home":"D-2","hops":2,"notes":"-","tags":[]}}""";

    /// <summary>A time at which ids and decisions repeat.</summary>
    public const string AsOf = "2026-11-20T09:00:00Z";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("reeve-");

    public static string Domain { get; } = Pack("parcels.domain.json");

    public static string Policy { get; } = Pack("parcels.policy.json");

    public static string Items { get; } = Pack("parcels.items.jsonl");

    /// <summary>The folder with Reeve.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path in the folder.</summary>
    public string File(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Writes a file into the folder; its path.</summary>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>The arguments of a run over the parcels that keeps nothing.</summary>
    public static string[] Run(string input, params string[] more) => ["run", "--domain-pack", Domain, "--tenant-policy", Policy, "--input", input, "--store", "none", .. more];

    /// <summary>The arguments of a run over the parcels on the record.</summary>
    public static string[] Record(string input, string store, params string[] more) =>
        ["run", "--domain-pack", Domain, "--tenant-policy", Policy, "--input", input, "--store", store, .. more];

    /// <summary>Runs over an input and returns its results, which satisfy the schema.</summary>
    public static async Task<IReadOnlyList<MapValue>> DecideAsync(string input)
    {
        Ended ended = await ReeveProgram.RunAsync(Run(input, "-o", "json", "--as-of", AsOf));
        IReadOnlyList<MapValue> results = RunResults.Read(ended.Output);
        ended.ShouldEndWith(results.Any(result => !result["status"].IsNull) ? 0 : 1);
        return results;
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static string Pack(string name) => Path.Combine(AppContext.BaseDirectory, "Packs", name);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Reeve.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Reeve.slnx is in no folder above " + AppContext.BaseDirectory);
    }
}
