using System.Text;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Secrets as they are typed: from standard input, beside a server, and never shown again.</summary>
public sealed class SecretVerbTests : IDisposable
{
    private const string Value = "hunter2-0123456789";

    private readonly RunFolder here = new();

    private string Store => "sqlite:" + here.File("store.db");

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task A_secret_is_set_listed_and_removed_beside_a_server_and_its_value_is_nowhere()
    {
        (await ReeveProgram.RunAsync("tenants", "create", "acme", "--store", Store)).ShouldEndWith(0);
        (await SetAsync("billing-token", Value + "\n", "--tenant", "acme")).ShouldEndWith(0).Talk.ShouldContain("secret://billing-token");
        using (ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]))
        {
            await server.OutputWithAsync("store");
            (await SetAsync("mail", Value)).ShouldEndWith(0);
            (await SetAsync("billing-token", Value, "--tenant", "acme")).ShouldEndWith(0);
            Ended listed = (await ReeveProgram.RunAsync("secrets", "list", "--tenant", "acme", "--store", Store, "-o", "jsonl")).ShouldEndWith(0);
            listed.Lines.ShouldHaveSingleItem().ShouldContain("\"name\":\"billing-token\"");
            (listed.Text + listed.Talk).ShouldNotContain(Value);
            (await ReeveProgram.RunAsync("secrets", "remove", "mail", "--store", Store)).ShouldEndWith(0);
            (await ReeveProgram.RunAsync("secrets", "remove", "mail", "--store", Store)).ShouldRefuseWith("SECRET-003");
            await server.TerminateAsync();
            Ended ended = (await server.WaitAsync()).ShouldEndWith(0);
            (ended.Text + ended.Talk).ShouldNotContain(Value);
        }

        string log = (await ReeveProgram.RunAsync("audit", "export", "--store", Store)).ShouldEndWith(0).Text;
        log.ShouldContain("SecretSet");
        log.ShouldContain("SecretRemoved");
        log.ShouldNotContain(Value);
        Encoding.Latin1.GetString(await File.ReadAllBytesAsync(here.File("store.db"), TestContext.Current.CancellationToken)).ShouldNotContain(Value);
    }

    [Fact]
    public async Task What_cannot_be_a_secret_is_refused_and_a_value_is_no_word_of_the_command_line()
    {
        (await ReeveProgram.RunAsync("tenants", "create", "acme", "--store", Store)).ShouldEndWith(0);

        (await SetAsync("token", "")).ShouldRefuseWith("SECRET-002");
        (await SetAsync("token", new string('a', 70_000))).ShouldRefuseWith("SECRET-002");
        (await SetAsync("../token", Value)).ShouldRefuseWith("SECRET-001");
        (await SetAsync("master-key-check", Value)).ShouldRefuseWith("SECRET-001");
        (await SetAsync("token", Value, "--tenant", "nobody")).ShouldRefuseWith("CMD-001");
        (await ReeveProgram.RunAsync("secrets", "set", "token", Value, "--store", Store)).ShouldEndWith(2);
        (await ReeveProgram.RunAsync("secrets", "list", "--store", Store)).ShouldEndWith(0).Text.ShouldBeEmpty();
    }

    private Task<Ended> SetAsync(string name, string value, params string[] more) =>
        ReeveProgram.RunAsync(["secrets", "set", name, "--store", Store, .. more], Encoding.UTF8.GetBytes(value));
}
