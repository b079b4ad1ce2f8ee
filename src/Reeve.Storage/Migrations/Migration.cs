using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>One numbered step of the schema, for one dialect. Once released it never changes.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Name">What it brings, as its file is called.</param>
/// <param name="Sql">The script; it runs in one transaction and holds none of its own.</param>
public sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the script in lower-case hex; how lines end does not count.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>How it is shown: <c>0001_record</c>.</summary>
    public string Label => $"{Version:0000}_{Name}";

    /// <summary>Those of this release, in order.</summary>
    public static IReadOnlyList<Migration> Of(Dialect dialect)
    {
        // The names are Reeve.Storage.Migrations.0001_record.sqlite.sql.
        Assembly assembly = typeof(Migration).Assembly;
        string prefix = typeof(Migration).Namespace + ".";
        string suffix = dialect == Dialect.Sqlite ? ".sqlite.sql" : ".postgres.sql";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name, name[prefix.Length..^suffix.Length]))];
    }

    private static Migration Read(Assembly assembly, string resource, string label)
    {
        using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(int.Parse(label[..4]), label[5..], reader.ReadToEnd());
    }
}

/// <summary>What a store says of a migration that was applied to it.</summary>
internal sealed record AppliedMigration(int Version, string Name, string Checksum);
