using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Governance.Encryption;
using Reeve.Governance.Tenants;

namespace Reeve.Tests.Governance.Encryption;

/// <summary>A store's secrets open with the key it was first started with, and no other starts it.</summary>
public sealed class SealedDeskTests : IDisposable
{
    private readonly Office office = new();
    private readonly TemporaryFolder folder = new();

    private string KeyFile => folder.File("master.key");

    [Fact]
    public async Task The_first_start_makes_the_key_and_the_next_reads_it()
    {
        using (SealedDesk first = await OpenAsync())
        {
            await first.StoreAsync(Office.North, "smtp", "hunter2"u8.ToArray(), Office.Token);
        }

        using SealedDesk next = await OpenAsync();

        Encoding.UTF8.GetString((await next.FindAsync(Office.North, "smtp", Office.Token)).ShouldNotBeNull()).ShouldBe("hunter2");
        Encoding.UTF8.GetString((await office.Settings.FindAsync(Office.North, "smtp", Office.Token)).ShouldNotBeNull().Envelope.Span).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Another_key_is_refused_at_the_start_and_changes_nothing()
    {
        (await OpenAsync()).Dispose();
        int commits = office.Store.Commits.Count;
        File.Delete(KeyFile);
        MasterKeyFile.Create(KeyFile).Dispose();

        (await Should.ThrowAsync<ReeveException>(OpenAsync)).Error.Code.ShouldBe("SEAL-005");
        office.Store.Commits.Count.ShouldBe(commits);
    }

    [Fact]
    public async Task A_lost_key_is_not_replaced_by_a_new_one()
    {
        (await OpenAsync()).Dispose();
        File.Delete(KeyFile);

        (await Should.ThrowAsync<ReeveException>(OpenAsync)).Error.Code.ShouldBe("SEAL-001");
        File.Exists(KeyFile).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_no_key_may_be_made_it_must_be_there()
    {
        (await Should.ThrowAsync<ReeveException>(() => OpenAsync(mayCreate: false))).Error.Code.ShouldBe("SEAL-001");
        MasterKeyFile.Create(KeyFile).Dispose();

        (await OpenAsync(mayCreate: false)).Dispose();
    }

    [Fact]
    public async Task Of_two_nodes_that_start_first_with_two_keys_one_is_refused()
    {
        string other = folder.File("other.key");
        MasterKeyFile.Create(KeyFile).Dispose();
        MasterKeyFile.Create(other).Dispose();
        TaskCompletionSource both = new();
        int waiting = 0;
        office.Settings.BeforeRead = () =>
        {
            if (Interlocked.Increment(ref waiting) == 2)
            {
                office.Settings.BeforeRead = null;
                both.SetResult();
            }

            return both.Task;
        };

        Task<SealedDesk>[] starts = [OpenAsync(mayCreate: false), OpenAsync(other, mayCreate: false)];
        await Task.WhenAny(Task.WhenAll(starts));

        starts.Count(start => start.IsCompletedSuccessfully).ShouldBe(1);
        starts.Single(start => start.IsFaulted).Exception!.InnerException.ShouldBeOfType<ReeveException>().Error.Code.ShouldBe("SEAL-005");
    }

    [Fact]
    public async Task A_check_that_was_altered_stops_the_start()
    {
        (await OpenAsync()).Dispose();
        SealedValue check = (await office.Settings.FindAsync(PlatformTenant.Id, "master-key-check", Office.Token)).ShouldNotBeNull();
        byte[] altered = [.. check.Envelope.Span];
        altered[^1] ^= 1;
        await office.Store.CommitAloneAsync(PlatformTenant.Id, [new SealedChange.Put(check with { Envelope = altered })], Office.Token);

        (await Should.ThrowAsync<ReeveException>(OpenAsync)).Error.Code.ShouldBe("SEAL-004");
    }

    [Fact]
    public async Task An_envelope_that_was_moved_to_another_name_or_tenant_is_not_opened()
    {
        using SealedDesk desk = await OpenAsync();
        await desk.StoreAsync(Office.North, "smtp", "hunter2"u8.ToArray(), Office.Token);
        SealedValue value = (await office.Settings.FindAsync(Office.North, "smtp", Office.Token)).ShouldNotBeNull();
        await office.Store.CommitAloneAsync(Office.South, [new SealedChange.Put(value with { TenantId = Office.South })], Office.Token);
        await office.Store.CommitAloneAsync(Office.North, [new SealedChange.Put(value with { Name = "imap" })], Office.Token);

        (await Should.ThrowAsync<ReeveException>(() => desk.FindAsync(Office.South, "smtp", Office.Token))).Error.Code.ShouldBe("SEAL-004");
        (await Should.ThrowAsync<ReeveException>(() => desk.FindAsync(Office.North, "imap", Office.Token))).Error.Code.ShouldBe("SEAL-004");
        (await desk.FindAsync(Office.North, "pop", Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Values_are_listed_by_a_prefix_of_one_tenant()
    {
        using SealedDesk desk = await OpenAsync();
        foreach ((TenantId tenant, string name) in new[] { (PlatformTenant.Id, "ring/b"), (PlatformTenant.Id, "ring/a"), (PlatformTenant.Id, "other"), (Office.North, "ring/c") })
        {
            await desk.StoreAsync(tenant, name, Encoding.UTF8.GetBytes(name), Office.Token);
        }

        (await desk.ListAsync(PlatformTenant.Id, "ring/", Office.Token)).Select(item => (item.Name, Encoding.UTF8.GetString(item.Value)))
            .ShouldBe([("ring/a", "ring/a"), ("ring/b", "ring/b")]);
    }

    public void Dispose() => folder.Dispose();

    private Task<SealedDesk> OpenAsync() => OpenAsync(mayCreate: true);

    private Task<SealedDesk> OpenAsync(bool mayCreate) => OpenAsync(KeyFile, mayCreate);

    private Task<SealedDesk> OpenAsync(string file, bool mayCreate) =>
        SealedDesk.OpenAsync(file, mayCreate, office.Settings, office.Store, office.Clock, Office.Token);
}
