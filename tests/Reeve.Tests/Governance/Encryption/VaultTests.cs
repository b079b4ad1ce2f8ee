using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Governance.Encryption;

namespace Reeve.Tests.Governance.Encryption;

/// <summary>What is sealed for one place is opened there alone, with the one key, unaltered.</summary>
public sealed class VaultTests : IDisposable
{
    private static readonly byte[] KeyBytes = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    private readonly TemporaryFolder folder = new();
    private readonly MasterKey key;
    private readonly Vault vault;

    public VaultTests()
    {
        key = KeyOf(KeyBytes);
        vault = new Vault(key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100_000)]
    public void A_sealed_value_comes_back(int length)
    {
        byte[] value = RandomNumberGenerator.GetBytes(length);

        byte[] envelope = vault.Seal(Office.North, "smtp", value);

        vault.Open(Office.North, "smtp", envelope).ShouldBe(value);
        envelope.Length.ShouldBe(length + 40);
    }

    // docs/decisions/0009, taken apart by hand.
    [Fact]
    public void An_envelope_has_the_decided_format()
    {
        byte[] envelope = vault.Seal(Office.North, "smtp", "secret"u8);

        Encoding.ASCII.GetString(envelope, 0, 4).ShouldBe("RVS1");
        envelope[4..12].ShouldBe(SHA256.HashData([.. "reeve.master.1"u8, .. KeyBytes])[..8]);
        byte[] value = new byte[6];
        using AesGcm cipher = new(KeyBytes, 16);
        byte[] place = [.. Field("NORTH"), .. Field("smtp")];
        cipher.Decrypt(envelope[12..24], envelope[24..30], envelope[30..], value, place);
        Encoding.ASCII.GetString(value).ShouldBe("secret");
    }

    [Fact]
    public void A_value_that_is_sealed_twice_looks_different() =>
        vault.Seal(Office.North, "a", "x"u8).ShouldNotBe(vault.Seal(Office.North, "a", "x"u8));

    [Theory]
    [InlineData("NORTH", "smtP")]
    [InlineData("NORTH", "smtp ")]
    [InlineData("NORTH", "")]
    [InlineData("SOUTH", "smtp")]
    [InlineData("NORTHs", "mtp")]
    [InlineData("NORT", "Hsmtp")]
    public void A_value_that_was_moved_is_not_opened(string tenant, string name)
    {
        byte[] envelope = vault.Seal(Office.North, "smtp", "secret"u8);

        Should.Throw<ReeveException>(() => vault.Open(new TenantId(tenant), name, envelope)).Error.Code.ShouldBe("SEAL-004");
    }

    [Fact]
    public void A_value_that_was_altered_in_any_bit_is_not_opened()
    {
        byte[] envelope = vault.Seal(Office.North, "smtp", "secret"u8);
        for (int i = 0; i < envelope.Length * 8; i++)
        {
            byte[] altered = [.. envelope];
            altered[i / 8] ^= (byte)(1 << (i % 8));

            string code = Should.Throw<ReeveException>(() => vault.Open(Office.North, "smtp", altered), $"bit {i}").Error.Code;

            // An altered key id looks like another key's.
            code.ShouldBe(i / 8 is >= 4 and < 12 ? "SEAL-005" : "SEAL-004");
        }
    }

    [Fact]
    public void A_value_that_was_cut_is_not_opened()
    {
        byte[] envelope = vault.Seal(Office.North, "smtp", "secret"u8);
        for (int length = 0; length < envelope.Length; length++)
        {
            Should.Throw<ReeveException>(() => vault.Open(Office.North, "smtp", envelope.AsSpan(0, length)));
        }

        Should.Throw<ReeveException>(() => vault.Open(Office.North, "smtp", [.. envelope, 0])).Error.Code.ShouldBe("SEAL-004");
    }

    [Fact]
    public void Another_key_is_told_apart_from_a_broken_value()
    {
        using MasterKey other = KeyOf([.. KeyBytes.Reverse()]);

        ReeveError refusal = Should.Throw<ReeveException>(() => new Vault(other).Open(Office.North, "smtp", vault.Seal(Office.North, "smtp", "secret"u8))).Error;

        refusal.Code.ShouldBe("SEAL-005");
        refusal.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void A_key_shows_which_it_is_and_not_what()
    {
        string shown = key.ToString();

        shown.ShouldBe("master key " + Convert.ToHexStringLower(SHA256.HashData([.. "reeve.master.1"u8, .. KeyBytes])[..8]));
        shown.ShouldNotContain(Convert.ToHexStringLower(KeyBytes)[..8]);
    }

    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
    }

    private MasterKey KeyOf(byte[] bytes)
    {
        string path = folder.File(Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        KeyFiles.Protect(path);
        return MasterKeyFile.Read(path);
    }

    private static byte[] Field(string text)
    {
        byte[] field = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, text.Length);
        Encoding.ASCII.GetBytes(text, field.AsSpan(4));
        return field;
    }
}
