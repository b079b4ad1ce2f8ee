using Npgsql;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Tests.Storage.Databases;

/// <summary>An address is read or refused, and never shows a password.</summary>
public sealed class StoreAddressTests
{
    private const string Secret = "s3cr3t-Horse";

    [Theory]
    [InlineData("sqlite:reeve.db", "/data/reeve.db")]
    [InlineData("SQLite:/elsewhere/reeve.db", "/elsewhere/reeve.db")]
    [InlineData("sqlite:../up/a b;c.db", "/up/a b;c.db")]
    [InlineData("sqlite:file:x?mode=memory", "/data/file:x?mode=memory")]
    public void A_file_is_named_by_its_full_path(string text, string path)
    {
        StoreAddress address = StoreAddress.Parse(text, "/data");

        address.Dialect.ShouldBe(Dialect.Sqlite);
        address.Target.ShouldBe(path);
        address.Masked.ShouldBe("sqlite:" + path);
    }

    [Theory]
    [InlineData("postgres:Host=db;Port=5433;Database=reeve;Username=node;Password=" + Secret)]
    [InlineData("postgresql:Server=db;Port=5433;DB=reeve;User Id=node;PWD=" + Secret)]
    [InlineData("postgres://node:" + Secret + "@db:5433/reeve")]
    [InlineData("POSTGRESQL://node:" + Secret + "@db:5433/reeve?application_name=x&connect_timeout=3")]
    [InlineData("postgres://node@db:5433/reeve?password=" + Secret)]
    public void A_database_is_named_in_any_usual_spelling(string text)
    {
        StoreAddress address = StoreAddress.Parse(text, "/data");

        NpgsqlConnectionStringBuilder target = new(address.Target);
        (target.Host, target.Port, target.Database, target.Username, target.Password).ShouldBe(("db", 5433, "reeve", "node", Secret));
        address.Masked.ShouldBe("postgres:Host=db;Port=5433;Database=reeve;Username=node");
        address.ToString().ShouldBe(address.Masked);
    }

    [Theory]
    [InlineData("p%40ss%2Fw%3Ard%23%3F%25", "p@ss/w:rd#?%")]
    [InlineData("a:b", "a:b")]
    public void A_password_in_a_URI_is_unescaped(string written, string meant) =>
        new NpgsqlConnectionStringBuilder(StoreAddress.Parse($"postgres://node:{written}@db/reeve", "/").Target).Password.ShouldBe(meant);

    [Theory]
    [InlineData("")]
    [InlineData("reeve.db")]
    [InlineData("mysql:Host=db;Password=" + Secret)]
    [InlineData("sqlite:")]
    [InlineData("sqlite::memory:")]
    [InlineData("sqlite:/")]
    [InlineData("sqlite:data/")]
    [InlineData("sqlite:a\0b")]
    [InlineData("postgres:")]
    [InlineData("postgres:Password=" + Secret)]
    [InlineData("postgres:Host=;Password=" + Secret)]
    [InlineData("postgres:Host=db;Pasword=" + Secret)]
    [InlineData("postgres:Host=db;Password=x;" + Secret)]
    [InlineData("postgres:Host=db;Port=" + Secret)]
    [InlineData("postgres:Host=db;Port=99999999999999;Password=" + Secret)]
    [InlineData("postgres:Host=db;SSL Mode=" + Secret)]
    [InlineData("postgres:Host=db;Password=\"" + Secret)]
    [InlineData("postgres://node:12/" + Secret + "@db/reeve")]
    [InlineData("postgres://node:12?" + Secret + "@db/reeve")]
    [InlineData("postgres://node:12#" + Secret + "@db/reeve")]
    [InlineData("postgres://node:" + Secret + "/@db/reeve")]
    [InlineData("postgres://node:" + Secret + "@/reeve")]
    [InlineData("postgres://node:" + Secret + "@db/reeve?nonsense=1")]
    [InlineData("postgres:Host=db;Password=" + Secret + "\n")]
    public void What_is_no_address_is_refused_and_not_repeated(string text)
    {
        ReeveException refused = Should.Throw<ReeveException>(() => StoreAddress.Parse(text, "/data"));

        refused.Error.Kind.ShouldBe(ErrorCatalogue.Storage.BadAddress);
        refused.ToString().ShouldNotContain(Secret);
    }

    [Fact]
    public void Text_of_any_kind_is_read_or_refused_and_never_shows_what_followed_Password()
    {
        const int Seed = 20261120;
        Random random = new(Seed);
        string[] parts = ["postgres:", "sqlite:", "//", "Host=db", "Password=", Secret, "@", ":", ";", "/", "?", "#", "=", "\"", "'", "%", "%40", "node", "[", "]", " ", ",", "5432", "\t"];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                StoreAddress address = StoreAddress.Parse("postgres:Host=db;" + text, "/data");
                if (new NpgsqlConnectionStringBuilder(address.Target) is { Password.Length: > 0, Host: "db", Database: null, Username: null })
                {
                    address.Masked.ShouldNotContain(Secret, customMessage: $"seed {Seed}, case {i}");
                }
            }
            catch (ReeveException refused)
            {
                refused.ToString().ShouldNotContain(Secret, customMessage: $"seed {Seed}, case {i}");
            }
        }
    }

    [Fact]
    public void Nodes_of_one_database_show_one_identity_whatever_their_password()
    {
        string first = StoreAddress.Parse("postgres:Host=db;Database=reeve;Username=node;Password=a", "/").Identity;

        first.Length.ShouldBe(12);
        StoreAddress.Parse("postgres:Host=db;Database=reeve;Username=node;Password=b;Timeout=3", "/").Identity.ShouldBe(first);
        StoreAddress.Parse("postgres:Host=db;Database=other;Username=node;Password=a", "/").Identity.ShouldNotBe(first);
    }
}
