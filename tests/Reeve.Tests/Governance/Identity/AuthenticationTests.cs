using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Identity;

namespace Reeve.Tests.Governance.Identity;

/// <summary>Who presents a key is who it was made for, as long as it is valid.</summary>
public sealed class AuthenticationTests
{
    [Fact]
    public async Task A_key_is_its_tenant_and_its_principal()
    {
        Office office = await Office.OpenAsync();
        (ApiKey key, string text) = await office.MakeKeyAsync(Office.South, "Bo", PrincipalKind.Person, null, "operator");

        Caller caller = (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();

        caller.TenantId.ShouldBe(Office.South);
        (caller.Principal.Kind, caller.Principal.Id, caller.Principal.Owner).ShouldBe((PrincipalKind.Person, $"key:{key.Id:D}", "Bo"));
        caller.Principal.Roles.ShouldBe(["operator"]);
    }

    [Fact]
    public async Task Any_other_spelling_of_a_key_is_refused()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        string padded = text + "=";

        foreach (string other in new[]
        {
            "", "rv_", text[1..], text[..^1], text + "A", " " + text, text + " ", text + "\n", padded, text.ToUpperInvariant(), "RV_" + text[3..],
            text.Replace('_', '-'), text[..25] + "-" + text[26..], text[..25] + text[26..] + "A", "rv_" + new string('A', 22) + "_" + new string('A', 43),
            text[..24] + "\u200B" + text[25..], text[..4] + (char)(text[4] + 0xFEE0) + text[5..], text[..10] + " " + text[11..], text[..10] + "=" + text[11..],
            text[..10] + "+" + text[11..], text[..10] + "/" + text[11..], text[..10] + "\0" + text[11..], text[..10] + "\uD800" + text[11..], new string('r', 100_000),
        })
        {
            (await office.Keys.AuthenticateAsync(other, Office.Token)).ShouldBeNull(other);
        }

        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();
    }

    // The last characters of id and secret carry 4 and 2 bits that mean nothing: 16 and 4 texts would be one key.
    [Fact]
    public async Task A_key_has_one_spelling_also_in_the_bits_that_mean_nothing()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;

        foreach (int last in new[] { 24, 68 })
        {
            foreach (char other in Alphabet.Where(c => c != text[last]))
            {
                (await office.Keys.AuthenticateAsync(text[..last] + other + text[(last + 1)..], Office.Token)).ShouldBeNull();
            }
        }
    }

    [Fact]
    public async Task A_key_with_one_other_character_is_refused()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;

        for (int i = 0; i < text.Length; i++)
        {
            string other = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            (await office.Keys.AuthenticateAsync(other, Office.Token)).ShouldBeNull($"character {i}");
        }
    }

    [Fact]
    public async Task The_secret_of_one_key_does_not_open_another()
    {
        Office office = await Office.OpenAsync();
        string north = (await office.MakeKeyAsync(Office.North)).Text;
        string south = (await office.MakeKeyAsync(Office.South)).Text;

        (await office.Keys.AuthenticateAsync(north[..26] + south[26..], Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_ends_when_it_expires()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync(expires: office.Clock.GetUtcNow().AddHours(1))).Text;

        office.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();

        // What was read about it a moment ago does not keep it alive.
        office.Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_revoked_key_ends_at_once_here_and_within_a_second_elsewhere()
    {
        Office office = await Office.OpenAsync();
        KeyDesk elsewhere = office.NewKeyDesk();
        (ApiKey key, string text) = await office.MakeKeyAsync();
        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();
        (await elsewhere.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();

        (await office.Keys.RevokeAsync(Office.North, key.Id, Office.Admin, Office.Token)).ShouldBeTrue();

        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldBeNull();
        office.Clock.Advance(TimeSpan.FromSeconds(1));
        (await elsewhere.AuthenticateAsync(text, Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_node_that_hears_of_a_revocation_refuses_at_once()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = office.NewBoard();
        KeyDesk elsewhere = office.NewKeyDesk(board);
        (ApiKey key, string text) = await office.MakeKeyAsync();
        await elsewhere.AuthenticateAsync(text, Office.Token);
        await office.Keys.RevokeAsync(Office.North, key.Id, Office.Admin, Office.Token);

        board.Forget(Signals.Keys, [Office.North]);

        (await elsewhere.AuthenticateAsync(text, Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_held_is_believed_for_less_than_a_second_after_the_last_look_began()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        SignalBoard board = office.NewBoard();
        KeyDesk desk = office.NewKeyDesk(board);
        await desk.AuthenticateAsync(text, Office.Token);
        int before = office.Settings.Reads;

        office.Clock.Advance(TimeSpan.FromMilliseconds(899));
        await desk.AuthenticateAsync(text, Office.Token);
        office.Settings.Reads.ShouldBe(before);

        office.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await desk.AuthenticateAsync(text, Office.Token);
        office.Settings.Reads.ShouldBe(before + 1);

        // The next look found nothing, so what was held all the while is good again.
        board.LookedAt(office.Clock.GetTimestamp());
        await desk.AuthenticateAsync(text, Office.Token);
        office.Settings.Reads.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Nothing_is_believed_before_the_first_look()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        KeyDesk desk = office.NewKeyDesk(new SignalBoard(office.Clock));
        await desk.AuthenticateAsync(text, Office.Token);
        int before = office.Settings.Reads;

        await desk.AuthenticateAsync(text, Office.Token);

        office.Settings.Reads.ShouldBe(before + 1);
    }

    [Fact]
    public async Task What_another_tenant_changed_is_forgotten_for_that_tenant_alone()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = office.NewBoard();
        KeyDesk desk = office.NewKeyDesk(board);
        string north = (await office.MakeKeyAsync()).Text;
        string south = (await office.MakeKeyAsync(Office.South)).Text;
        await desk.AuthenticateAsync(north, Office.Token);
        await desk.AuthenticateAsync(south, Office.Token);
        int before = office.Settings.Reads;

        board.Forget(Signals.Keys, [Office.South]);
        await desk.AuthenticateAsync(north, Office.Token);
        office.Settings.Reads.ShouldBe(before);
        await desk.AuthenticateAsync(south, Office.Token);
        office.Settings.Reads.ShouldBe(before + 1);

        board.Forget(Signals.Packs, null);
        await desk.AuthenticateAsync(north, Office.Token);
        office.Settings.Reads.ShouldBe(before + 1);
    }

    [Fact]
    public async Task What_was_being_read_while_everything_was_forgotten_is_not_kept()
    {
        Office office = await Office.OpenAsync();
        LateKeys late = new(office.Settings);
        SignalBoard board = office.NewBoard();
        KeyDesk desk = new(late, office.Tenants, office.Store, board, office.Clock);
        (ApiKey key, string text) = await office.MakeKeyAsync();
        late.AfterRead = async () =>
        {
            late.AfterRead = null;
            await office.Keys.RevokeAsync(Office.North, key.Id, Office.Admin, Office.Token);
            board.Forget(Signals.Keys, [Office.North]);
        };
        await desk.AuthenticateAsync(text, Office.Token);

        (await desk.AuthenticateAsync(text, Office.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_revocation_is_an_event_once()
    {
        Office office = await Office.OpenAsync();
        (ApiKey key, _) = await office.MakeKeyAsync();

        (await office.Keys.RevokeAsync(Office.North, key.Id, Office.Admin, Office.Token)).ShouldBeTrue();
        office.Clock.Advance(TimeSpan.FromDays(1));
        (await office.Keys.RevokeAsync(Office.North, key.Id, Office.Root, Office.Token)).ShouldBeTrue();

        (LoggedEvent logged, MapValue body) = office.Events(EventType.ApiKeyRevoked).ShouldHaveSingleItem();
        logged.ActorId.ShouldBe("key:1");
        body["revokedAt"].AsString().ShouldBe("2026-01-15T12:00:00Z");
        body["actor"].AsMap()["owner"].AsString().ShouldBe("Ada");
    }

    [Fact]
    public async Task Another_tenants_key_is_neither_revoked_nor_listed()
    {
        Office office = await Office.OpenAsync();
        (ApiKey key, string text) = await office.MakeKeyAsync(Office.South);

        (await office.Keys.RevokeAsync(Office.North, key.Id, Office.Admin, Office.Token)).ShouldBeFalse();
        (await office.Keys.RevokeAsync(Office.North, Guid.CreateVersion7(), Office.Admin, Office.Token)).ShouldBeFalse();
        (await office.Keys.ListAsync(Office.North, Office.Token)).ShouldBeEmpty();
        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();
        office.Events(EventType.ApiKeyRevoked).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_in_use_is_read_once_a_minute_while_its_node_sees_what_others_change()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        SignalBoard board = office.NewBoard();
        KeyDesk desk = office.NewKeyDesk(board);
        int before = office.Settings.Reads;

        for (int i = 0; i < 450; i++)
        {
            await desk.AuthenticateAsync(text, Office.Token);
            office.Clock.Advance(TimeSpan.FromMilliseconds(400));
            board.LookedAt(office.Clock.GetTimestamp());
        }

        (office.Settings.Reads - before).ShouldBe(3);
    }

    [Fact]
    public async Task A_flood_of_invented_ids_pushes_out_no_key_in_use()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        await office.Keys.AuthenticateAsync(text, Office.Token);
        for (int i = 0; i < 30_000; i++)
        {
            string id = Convert.ToBase64String(Guid.CreateVersion7().ToByteArray()).Replace('+', '-').Replace('/', '_')[..22];
            (await office.Keys.AuthenticateAsync($"rv_{id}_{new string('A', 43)}", Office.Token)).ShouldBeNull();
        }

        int before = office.Settings.Reads;

        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull();
        office.Settings.Reads.ShouldBe(before);
    }

    [Fact]
    public async Task When_the_store_cannot_be_read_nobody_is_told_that_the_key_is_wrong()
    {
        Office office = await Office.OpenAsync();
        string text = (await office.MakeKeyAsync()).Text;
        office.Settings.BeforeRead = () => throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "down"));

        (await Should.ThrowAsync<ReeveException>(() => office.Keys.AuthenticateAsync(text, Office.Token))).Error.Code.ShouldBe("STORE-002");
    }

    // Answers late: something happens after the store was read and before the reader hears of it.
    private sealed class LateKeys(IKeyStore keys) : IKeyStore
    {
        public Func<Task>? AfterRead { get; set; }

        public async Task<StoredKey?> ByIdAsync(Guid key, CancellationToken cancellationToken)
        {
            StoredKey? found = await keys.ByIdAsync(key, cancellationToken);
            await (AfterRead?.Invoke() ?? Task.CompletedTask);
            return found;
        }

        public Task<ApiKey?> FindAsync(TenantId tenant, Guid key, CancellationToken cancellationToken) => keys.FindAsync(tenant, key, cancellationToken);

        public Task<IReadOnlyList<ApiKey>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => keys.ListAsync(tenant, cancellationToken);
    }
}
