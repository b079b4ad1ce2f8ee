using Reeve.Core.Errors;
using Reeve.Engine.Inbox;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Tools.Kinds.CommandTools;
using Reeve.Engine.Tools.Kinds.McpTools;
using Reeve.Engine.Tools.Outbound;
using Reeve.Governance.Secrets;
using Reeve.Storage.Databases;

namespace Reeve.Commands.Places;

/// <summary>
/// What the environment and <c>reeve.yaml</c> say. The environment wins; a flag of the command line wins over both. Every
/// setting stands in <see cref="All"/>, from which docs/configuration.md is made.
/// </summary>
public sealed partial record ReeveSettings
{
    internal const string FileName = "reeve.yaml";

    private const int ShortestLease = 3;
    private const int LongestLease = 3600;
    private const long Mebibyte = 1024 * 1024;

    // A chunk of a stream and its neighbours must fit; more than a machine's memory helps nobody.
    private const int FewestItems = 2_048;
    private const int MostItems = 10_000_000;
    private const int FewestMegabytes = 16;
    private const int MostMegabytes = 65_536;

    /// <summary>Every setting, in the order of the page.</summary>
    public static IReadOnlyList<Setting> All => [StoreSetting, MasterKeySetting, SlotLeaseSetting, DrainSetting, QueueItemsSetting, QueueMegabytesSetting, PackFoldersSetting, PackWatchSetting, PackCachePairsSetting, PackCacheTextSetting, .. OutboundSettings, CallsPerTenantSetting, .. ToolSettings, McpCommandsSetting, ConfigFile, LogLevel, LogFile];

    /// <summary>The store's address; null: a file in the user's data folder.</summary>
    public StoreAddress? Store { get; init; }

    /// <summary>The file of the master key; null: beside a SQLite file.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>How long a writing slot is held without renewal; 30 s, at least 3 s.</summary>
    public TimeSpan SlotLease { get; init; } = SlotLeaseSetting.Default;

    /// <summary>How long <c>reeve serve</c> takes to stop at most; 25 s, at least 5 s.</summary>
    public TimeSpan Drain { get; init; } = DrainSetting.Default;

    /// <summary>How much may wait to be decided, in one process: 65,536 exceptions and 256 MB of them.</summary>
    public QueueLimits Queues { get; init; } = new();

    /// <summary>The folders from which a request may name packs by path; none unless set.</summary>
    public IReadOnlyList<string> PackFolders { get; init; } = PackFoldersSetting.Default;

    /// <summary>The folder of packs that a server watches; null: none.</summary>
    public string? PackWatch { get; init; } = PackWatchSetting.Default;

    /// <summary>What is kept in memory of packs.</summary>
    public PackCacheOptions PackCache { get; init; } = new();

    /// <summary>Where secrets of tools come from beside the store: the environment's <c>REEVE_SECRET_…</c>, and files.</summary>
    public SecretPlaces Secrets { get; init; } = new();

    /// <summary>What tools may reach.</summary>
    public OutboundOptions Outbound { get; init; } = new();

    /// <summary>Which MCP servers are started, and how much of what they say is read.</summary>
    public McpOptions Mcp { get; init; } = new();

    /// <summary>The folder in which this user's data lies.</summary>
    public required string DataFolder { get; init; }

    // What the settings are read from and where the log goes is needed before they are read: the environment alone has it.
    internal static Setting<string?> ConfigFile { get; } = new()
    {
        ShortName = "REEVE_CONFIG", Form = "path", Default = null, Usually = "`reeve.yaml` in the working folder, if it is there", Read = static value => value.Path,
        Meaning = "The file of settings. One that is named must be there.",
    };

    /// <summary>How much is logged.</summary>
    public static Setting<string?> LogLevel { get; } = new()
    {
        ShortName = "REEVE_LOG_LEVEL", Form = "`DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`, and `COMPONENT=LEVEL`, joined by commas", Default = null,
        Usually = "`INFO` for `reeve serve`, else `WARNING`", Read = static value => value.Text,
        Meaning = "From which severity on is logged, for all components and for some: `INFO,Engine.Pipeline=DEBUG`.",
    };

    /// <summary>Where the log goes.</summary>
    public static Setting<string?> LogFile { get; } = new()
    {
        ShortName = "REEVE_LOG_FILE", Form = "path", Default = null, Usually = "standard error", Read = static value => value.Path,
        Meaning = "The file that the log is written to. A new one is begun at 10 MiB or after 24 hours; ten are kept, for 14 days.",
    };

    private static Setting<StoreAddress?> StoreSetting { get; } = new()
    {
        Name = "store", Form = "`sqlite:PATH` or `postgres:CONNECTION-STRING`", Default = null, Usually = "`sqlite:` and `reeve.db` in the data folder",
        Read = static value => StoreAddress.Parse(value.Text, value.Folder), Meaning = "The store of every verb. The flag `--store` wins.",
    };

    private static Setting<string?> MasterKeySetting { get; } = new()
    {
        Name = "masterKeyFile", ShortName = "REEVE_MASTER_KEY_FILE", Form = "path", Default = null, Usually = "the SQLite file's name and `.key`; on PostgreSQL there is none",
        Read = static value => value.Path, Meaning = "The file of the master key, needed with PostgreSQL ([operations.md](operations.md#the-master-key)).",
    };

    private static Setting<TimeSpan> SlotLeaseSetting { get; } = new()
    {
        Name = "storage.slotLeaseSeconds", Form = $"seconds, whole, {ShortestLease} to {LongestLease}", Default = TimeSpan.FromSeconds(30), Usually = "30",
        Read = static value => value.Seconds(ShortestLease, LongestLease), Meaning = "How long the writing slots of a node that died stay its own.",
    };

    private static Setting<TimeSpan> DrainSetting { get; } = new()
    {
        Name = "server.drainSeconds", Form = "seconds, whole, 5 to 3600", Default = TimeSpan.FromSeconds(25), Usually = "25",
        Read = static value => value.Seconds(5, 3600), Meaning = "How long `reeve serve` takes to stop at most. Less than what whoever stops it waits before it kills.",
    };

    private static Setting<int> QueueItemsSetting { get; } = new()
    {
        Name = "queues.exceptions", Form = $"a whole number, {FewestItems} to {MostItems}", Default = new QueueLimits().Items, Usually = "65536",
        Read = static value => value.Number(FewestItems, MostItems),
        Meaning = "How many exceptions may wait in one process to be decided. Half of it is for one tenant at most; beyond it, its requests are answered 429.",
    };

    private static Setting<int> QueueMegabytesSetting { get; } = new()
    {
        Name = "queues.megabytes", Form = $"MB, whole, {FewestMegabytes} to {MostMegabytes}", Default = (int)(new QueueLimits().Bytes / 1_000_000), Usually = "256",
        Read = static value => value.Number(FewestMegabytes, MostMegabytes), Meaning = "How many bytes of exceptions may wait so, alike.",
    };

    private static Setting<IReadOnlyList<string>> PackFoldersSetting { get; } = new()
    {
        Name = "packs.folders", Form = "paths: a list, or one text with the separator of `PATH`", IsList = true, Default = [], Usually = "none",
        Read = static value => value.Folders(), Meaning = "The folders from which `POST /run` may name packs by path.",
    };

    private static Setting<string?> PackWatchSetting { get; } = new()
    {
        Name = "packs.watch", Form = "path", Default = null, Usually = "none", Read = static value => value.Path,
        Meaning = "A folder of packs whose changes `reeve serve` activates ([packs.md](packs.md#a-folder-that-is-watched)). The flag `--watch-packs` wins.",
    };

    private static Setting<int> PackCachePairsSetting { get; } = new()
    {
        Name = "packs.cachePairs", Form = "whole number, 1 to 100000", Default = new PackCacheOptions().Pairs, Usually = "4096", Read = static value => value.Number(1, 100_000),
        Meaning = "How many compiled pairs of domain pack and policy a process keeps, of all tenants together; it should be no fewer than the tenants that send.",
    };

    private static Setting<int> PackCacheTextSetting { get; } = new()
    {
        Name = "packs.cacheMebibytes", Form = "MiB, whole, 1 to 4096", Default = (int)(new PackCacheOptions().TextBytes / Mebibyte), Usually = "64", Read = static value => value.Number(1, 4096),
        Meaning = "How much pack text, as stored, those pairs may have together. In memory a pair takes several times its text ([operations.md](operations.md#packs-in-memory)).",
    };

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="folder">Where <c>reeve.yaml</c> is looked for, unless REEVE_CONFIG names a file.</param>
    /// <exception cref="ReeveErrorsException">Everything that is wrong: CFG-…, STORE-001, INPUT-… when the file cannot be read.</exception>
    public static ReeveSettings Read(IReadOnlyDictionary<string, string> environment, string folder)
    {
        List<ReeveError> errors = [];
        GivenSettings given = GivenSettings.Read(environment, folder, errors);
        ReeveSettings settings = new()
        {
            Store = StoreSetting.From(given, errors),
            MasterKeyFile = MasterKeySetting.From(given, errors),
            SlotLease = SlotLeaseSetting.From(given, errors),
            Drain = DrainSetting.From(given, errors),
            Queues = new QueueLimits(QueueItemsSetting.From(given, errors), QueueMegabytesSetting.From(given, errors) * 1_000_000L),
            PackFolders = PackFoldersSetting.From(given, errors),
            PackWatch = PackWatchSetting.From(given, errors),
            PackCache = new PackCacheOptions { Pairs = PackCachePairsSetting.From(given, errors), TextBytes = PackCacheTextSetting.From(given, errors) * Mebibyte },
            Secrets = new SecretPlaces { Environment = SecretsOf(environment) },
            Outbound = ReadOutbound(given, errors),
            CallsPerTenant = CallsPerTenantSetting.From(given, errors),
            Programs = new CommandOptions { Folder = CommandFolderSetting.From(given, errors) },
            Mail = ReadMail(given, errors),
            Mcp = ReadMcp(given, errors),
            DataFolder = DataFolderOf(environment),
        };
        return errors.Count == 0 ? settings : throw new ReeveErrorsException(errors);
    }

    // Nothing else of the environment reaches what resolves secrets.
    private static Dictionary<string, string> SecretsOf(IReadOnlyDictionary<string, string> environment) =>
        environment.Where(static entry => entry.Key.StartsWith(SecretPlaces.VariablePrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);

    // XDG base directories on Linux and macOS, the local application data on Windows.
    private static string DataFolderOf(IReadOnlyDictionary<string, string> environment)
    {
        if (OperatingSystem.IsWindows() && environment.GetValueOrDefault("LOCALAPPDATA") is { Length: > 0 } local)
        {
            return Path.Combine(local, "Reeve");
        }

        // The specification has a relative path ignored.
        string root = environment.GetValueOrDefault("XDG_DATA_HOME") is { Length: > 0 } given && Path.IsPathRooted(given) ? given
            : environment.GetValueOrDefault("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "share")
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(root, "reeve");
    }
}
