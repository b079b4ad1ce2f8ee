using System.Text.Json;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Commands;

/// <summary><c>reeve db</c> tells what a store is made of, and whether its indexes are used.</summary>
public sealed class DbVerbTests
{
    [Fact]
    public async Task A_database_is_shown_with_its_months_its_tables_and_who_may_connect()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await store.ExecuteAsync($"drop table events_{DateTime.UtcNow.AddMonths(2):yyyy_MM}");

        foreach (string address in (string[])[store.Node.Target, store.Owner.Target])
        {
            JsonElement status = Json((await ReeveProgram.RunAsync("db", "status", "-o", "json", "--store", "postgres:" + address)).ShouldEndWith(0));

            status.GetProperty("state").GetString().ShouldBe("READY");
            status.GetProperty("applied").GetArrayLength().ShouldBe(status.GetProperty("current").GetInt32());
            status.GetProperty("pending").GetArrayLength().ShouldBe(0);
            status.GetProperty("months").GetArrayLength().ShouldBe(4);
            status.GetProperty("missingMonths").EnumerateArray().ShouldHaveSingleItem().GetString().ShouldBe($"{DateTime.UtcNow.AddMonths(2):yyyy-MM}");
            status.GetProperty("oldestEvent").ValueKind.ShouldBe(JsonValueKind.Null);
            status.GetProperty("tables").EnumerateArray().Select(table => table.GetProperty("table").GetString()).ShouldContain("events");
            Dictionary<string, string> logins = status.GetProperty("logins").EnumerateArray().ToDictionary(login => login.GetProperty("role").GetString()!, login => login.GetProperty("kind").GetString()!);
            (logins[PostgresStore.OwnerRole], logins[PostgresStore.NodeRole]).ShouldBe(("OWNER", "NODE"));
            logins.Values.ShouldContain("SUPERUSER");
        }
    }

    [Fact]
    public async Task A_file_is_shown_with_its_size_and_its_oldest_event()
    {
        using RunFolder here = new();
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        await store.DoneAsync("tenants", "create", "NORTH");

        JsonElement status = Json((await store.DoneAsync("db", "status", "-o", "json")));

        status.GetProperty("bytes").GetInt64().ShouldBeGreaterThan(10_000);
        status.GetProperty("oldestEvent").GetString()!.ShouldStartWith("20");
        status.GetProperty("months").GetArrayLength().ShouldBe(0);
        (await store.DoneAsync("db", "status")).Text.ShouldContain("the oldest event is of");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plans_are_verified_and_an_index_that_is_gone_is_named(bool postgres)
    {
        using RunFolder here = new();
        await using TestStore store = postgres ? await PostgresStore.CreateAsync() : await SqliteFile.CreateAsync();
        string address = (postgres ? "postgres:" : "sqlite:") + store.Node.Target;

        JsonElement good = Json((await ReeveProgram.RunAsync("db", "verify-plans", "-o", "json", "--store", address)).ShouldEndWith(0));
        await store.ExecuteAsync("drop index exceptions_domain");
        Ended bad = (await ReeveProgram.RunAsync("db", "verify-plans", "-o", "json", "--store", address)).ShouldEndWith(3);

        good.GetProperty("unused").GetInt64().ShouldBe(0);
        good.GetProperty("statements").GetArrayLength().ShouldBeGreaterThan(50);
        bad.Talk.ShouldContain("STORE-015");
        bad.Talk.ShouldContain("'first page of a domain' needs the index exceptions_domain of exceptions");
        Json(bad).GetProperty("unused").GetInt64().ShouldBeGreaterThan(0);
        JsonElement named = Json(bad).GetProperty("statements").EnumerateArray().First(row => row.GetProperty("statement").GetString() == "first page of a domain");
        (named.GetProperty("outcome").GetString(), named.GetProperty("index").GetString()).ShouldBe(("UNUSED", "exceptions_domain"));
        named.GetProperty("plan").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Plans_of_another_login_than_a_node_s_are_refused()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        (await ReeveProgram.RunAsync("db", "verify-plans", "--store", "postgres:" + store.Owner.Target)).ShouldRefuseWith("STORE-007");
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_a_coded_error_without_the_password()
    {
        Ended ended = await ReeveProgram.RunAsync("db", "verify-plans", "--store", "postgres:Host=127.0.0.1;Port=1;Database=x;Username=u;Password=geheim");

        ended.ShouldRefuseWith("STORE-002");
        (ended.Text + ended.Talk).ShouldNotContain("geheim");
    }

    private static JsonElement Json(Ended ended) => JsonDocument.Parse(ended.Text).RootElement;
}
