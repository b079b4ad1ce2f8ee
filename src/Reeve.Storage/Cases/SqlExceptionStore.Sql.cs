using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Cases;

/// <content>The statements.</content>
public sealed partial class SqlExceptionStore
{
    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("exception by id", Sql.Find, "exceptions", "exceptions_pkey", static (sample, _) => sample.Text("id", "-")),
        new("exception by key", Sql.FindKey, "exceptions", "exceptions_key", static (sample, _) => sample.Id("key", Guid.Empty)) { Columns = 2 },
        new("known ids", Sql.Known, "exceptions", "exceptions_pkey", static (sample, _) => sample.Texts("ids", ["-"])) { Columns = 2 },
        new("known deliveries", Sql.Delivered, "deliveries", "deliveries_pkey", static (sample, _) => SampleDelivery(sample)) { Columns = 3 },
        new("first page of all", Sql.FirstPage, "exceptions", "exceptions_key", static (sample, _) => SamplePage(sample)),
        new("next page of all", Sql.NextPage, "exceptions", "exceptions_key", static (sample, _) => SamplePage(sample)),
        new("first page of a domain", Sql.FirstPageOfDomain, "exceptions", "exceptions_domain", static (sample, _) => SamplePage(sample)),
        new("next page of a domain", Sql.NextPageOfDomain, "exceptions", "exceptions_domain", static (sample, _) => SamplePage(sample)),
        new("first page of a status", Sql.FirstPageOfStatus, "exceptions", "exceptions_status", static (sample, _) => SamplePage(sample)),
        new("next page of a status", Sql.NextPageOfStatus, "exceptions", "exceptions_status", static (sample, _) => SamplePage(sample)),
    ];

    private static void SampleDelivery(Parameters sample) => Bind(sample, [new DeliveryKey(new DateOnly(2026, 1, 1), 1)]);

    private static void SamplePage(Parameters sample) => BindPage(
        sample,
        new ExceptionQuery { Domain = new DomainName("-"), Status = ResolutionStatus.Open, Severity = Severity.High, Limit = 50 },
        new ExceptionCursor(new ExceptionKey(Guid.Empty)));

    private static class Sql
    {
        private const string Columns = """
            select exception_key, version, domain, run_id, pass_id, updated_at, triaged_at, resolved_at, resolved_automatically,
                actionability, external_id, fingerprint, record
            from exceptions
            where tenant_id = @tenant
            """;

        // A key begins with the time of receipt, which is created_at: without a domain or a status the order of keys is the list.
        private const string Keys = " and exception_key >= @first and exception_key < @end";
        private const string Window = " and created_at >= @from and created_at < @to";

        // What no index begins with. Types of the parameters are given where PostgreSQL could not tell.
        private const string Rest = " and (@severity::text is null or severity = @severity) and (@type::text is null or exception_type = @type)";
        private const string RestOnFile = " and (@severity is null or severity = @severity) and (@type is null or exception_type = @type)";
        private const string OfDomain = " and domain = @domain";
        private const string OfStatus = " and status = @status and (@domain::text is null or domain = @domain)";
        private const string OfStatusOnFile = " and status = @status and (@domain is null or domain = @domain)";
        private const string Behind = " and (created_at, exception_key) < (@at, @key)";
        private const string BehindKey = " and exception_key < @key";
        private const string NewestKey = " order by exception_key desc limit @limit offset @skip";
        private const string Newest = " order by created_at desc, exception_key desc limit @limit offset @skip";

        internal static readonly Statement Find = new(Columns + " and exception_id = @id");

        internal static readonly Statement FindKey = new(Columns + " and exception_key = @key");

        internal static readonly Statement Known = new(
            Postgres: "select exception_id, exception_key from exceptions where tenant_id = @tenant and exception_id = any(@ids)",
            Sqlite: "select exception_id, exception_key from exceptions where tenant_id = @tenant and exception_id in (select value from json_each(@ids))");

        // The hashes are one value, cut where they are used: SQLite cannot read hexadecimal digits, and a set of bytes is nothing that both
        // know. Differs: the days are an array there and JSON here. A file is told what to begin with ("cross"): it
        // would read all that the tenant was ever delivered.
        internal static readonly Statement Delivered = new(
            Postgres: """
                select d.day, d.hash, d.exception_id
                from unnest(@days) with ordinality w(day, place)
                join deliveries d on d.tenant_id = @tenant and d.day = date '1970-01-01' + w.day::integer and d.hash = substring(@hashes from (w.place::integer - 1) * 16 + 1 for 16)
                """,
            Sqlite: """
                select d.day, d.hash, d.exception_id
                from json_each(@days) w
                cross join deliveries d on d.tenant_id = @tenant and d.day = cast(w.value as integer) and d.hash = substr(@hashes, w.key * 16 + 1, 16)
                """);

        internal static readonly Statement FirstPage = new(Columns + Keys + Rest + NewestKey, Columns + Keys + RestOnFile + NewestKey);

        internal static readonly Statement NextPage = new(Columns + Keys + Rest + BehindKey + NewestKey, Columns + Keys + RestOnFile + BehindKey + NewestKey);

        internal static readonly Statement FirstPageOfDomain = new(Columns + OfDomain + Window + Rest + Newest, Columns + OfDomain + Window + RestOnFile + Newest);

        internal static readonly Statement NextPageOfDomain = new(Columns + OfDomain + Window + Rest + Behind + Newest, Columns + OfDomain + Window + RestOnFile + Behind + Newest);

        internal static readonly Statement FirstPageOfStatus = new(Columns + OfStatus + Window + Rest + Newest, Columns + OfStatusOnFile + Window + RestOnFile + Newest);

        internal static readonly Statement NextPageOfStatus = new(Columns + OfStatus + Window + Rest + Behind + Newest, Columns + OfStatusOnFile + Window + RestOnFile + Behind + Newest);

        // Counts no further than a list says.
        internal static readonly Statement Count = new(
            Postgres: $"""
                select count(*) from (
                    select 1 from exceptions
                    where tenant_id = @tenant {Window} {Rest} and (@domain::text is null or domain = @domain) and (@status::text is null or status = @status)
                    limit @limit) matching
                """,
            Sqlite: $"""
                select count(*) from (
                    select 1 from exceptions
                    where tenant_id = @tenant {Window} {RestOnFile} and (@domain is null or domain = @domain) and (@status is null or status = @status)
                    limit @limit)
                """);
    }
}
