using Reeve.Load;

namespace Reeve.IntegrationTests.Load;

public sealed class LoadArgumentsTests
{
    [Fact]
    public void What_is_not_said_has_its_default()
    {
        LoadOptions options = LoadArguments.Read("load", ["--store", "sqlite:a.db"]);

        options.ShouldBe(new LoadOptions { Store = "sqlite:a.db", Nodes = options.Nodes });
        (options.Seconds, options.Tenants, options.Callers, options.Batch, options.Rate).ShouldBe((20, 50, 64, 1, null));
    }

    [Fact]
    public void Everything_that_is_said_is_heard()
    {
        LoadOptions options = LoadArguments.Read("load", [
            "--store", "sqlite:a.db", "--fairness", "--seconds", "2.5", "--warmup", "0", "--ceiling-seconds", "0", "--tenants", "1000", "--callers", "1", "--rate", "150", "--batch", "100",
            "--via", "http", "--nodes", "http://127.0.0.1:1,http://127.0.0.1:2", "--stored", "10000000", "--stored-full", "500000", "--seed", "-7", "-o", "json"]);

        options.ShouldBe(new LoadOptions
        {
            Store = "sqlite:a.db",
            IsFairness = true,
            Seconds = 2.5,
            Warmup = 0,
            CeilingSeconds = 0,
            Tenants = 1000,
            Callers = 1,
            Rate = 150,
            Batch = 100,
            Via = Via.Http,
            Nodes = options.Nodes,
            Stored = 10_000_000,
            StoredFull = 500_000,
            Seed = -7,
            Json = true,
        });
        options.Nodes.ShouldBe([new Uri("http://127.0.0.1:1"), new Uri("http://127.0.0.1:2")]);
        LoadArguments.Read("load", ["--store", "x", "--via", "http", "--nodes", "3"]).OwnNodes.ShouldBe(3);
        LoadArguments.Read("load", ["--store", "x", "--commit", "stage"]).CommitsStages.ShouldBeTrue();
    }

    [Fact]
    public void A_comparison_has_two_stores()
    {
        LoadOptions options = LoadArguments.Read("compare", ["--store", "sqlite:a.db", "--store", "sqlite:b.db", "--runs", "3"]);

        (options.Store, options.OtherStore, options.Runs).ShouldBe(("sqlite:a.db", "sqlite:b.db", 3));
    }

    [Theory]
    [InlineData("measure", "--store", "x")]
    [InlineData("load")]
    [InlineData("load", "--store")]
    [InlineData("load", "--store", "x", "--store", "y")]
    [InlineData("load", "--store", "x", "--fast", "1")]
    [InlineData("load", "--store", "x", "--seconds", "0")]
    [InlineData("load", "--store", "x", "--seconds", "-1")]
    [InlineData("load", "--store", "x", "--seconds", "NaN")]
    [InlineData("load", "--store", "x", "--rate", "0")]
    [InlineData("load", "--store", "x", "--callers", "0")]
    [InlineData("load", "--store", "x", "--callers", "1.5")]
    [InlineData("load", "--store", "x", "--tenants", "many")]
    [InlineData("load", "--store", "x", "--via", "post")]
    [InlineData("load", "--store", "x", "--commit", "twice")]
    [InlineData("load", "--store", "x", "-o", "yaml")]
    [InlineData("load", "--store", "x", "--via", "http", "--nodes", "here")]
    [InlineData("load", "--store", "x", "--nodes", "2")]
    [InlineData("load", "--store", "x", "--via", "http", "--commit", "stage")]
    [InlineData("compare", "--store", "x")]
    [InlineData("compare", "--store", "x", "--store", "y", "--fairness")]
    [InlineData("compare", "--store", "x", "--store", "y", "--store", "z")]
    public void What_cannot_be_meant_is_refused(string verb, params string[] words) =>
        Should.Throw<FormatException>(() => LoadArguments.Read(verb, words)).Message.ShouldNotBeNullOrWhiteSpace();
}
