using System.Text;
using Reeve.Core.Errors;
using Reeve.Governance.Encryption;

namespace Reeve.Tests.Governance.Encryption;

/// <summary>A master key is read in the forms people keep it in, and from nowhere that others can read.</summary>
public sealed class MasterKeyFileTests : IDisposable
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(200, 32).Select(i => (byte)i)];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Texts =>
    [
        Convert.ToHexStringLower(Bytes),
        Convert.ToHexString(Bytes) + "\n",
        "  " + Convert.ToHexStringLower(Bytes) + "\r\n",
        Convert.ToBase64String(Bytes),
        Convert.ToBase64String(Bytes) + "\n",
        Convert.ToBase64String(Bytes).Replace('+', '-').Replace('/', '_'),
        Convert.ToBase64String(Bytes).Replace('+', '-').Replace('/', '_').TrimEnd('='),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_key_is_read_from_text(string text)
    {
        using MasterKey raw = MasterKeyFile.Read(Write(Bytes));
        using MasterKey key = MasterKeyFile.Read(Write(Encoding.ASCII.GetBytes(text)));

        key.ToString().ShouldBe(raw.ToString());
    }

    public static TheoryData<byte[]> NoKeys =>
    [
        Array.Empty<byte>(),
        Bytes[..31],
        Bytes.Append((byte)1).ToArray(),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Bytes)[..63]),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Bytes) + "0"),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Bytes)[..63] + "g"),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Bytes) + "\n# my key"),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(Bytes)[..42]),
        Encoding.ASCII.GetBytes(new string('.', 43)),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(Bytes)[..42] + "é"),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(Bytes)[..20] + "=" + Convert.ToBase64String(Bytes)[21..]),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(Bytes[..31])),
        Encoding.ASCII.GetBytes(Convert.ToBase64String([.. Bytes, 1])),
        Encoding.UTF8.GetBytes("\uFEFF" + Convert.ToHexStringLower(Bytes)),
        new byte[1_000_000],
    ];

    [Theory]
    [MemberData(nameof(NoKeys))]
    public void What_is_no_key_is_refused(byte[] content)
    {
        string path = Write(content);

        ReeveError refusal = Should.Throw<ReeveException>(() => MasterKeyFile.Read(path)).Error;

        (refusal.Code, refusal.Subject).ShouldBe(("SEAL-002", path));
    }

    [Fact]
    public void A_file_that_is_not_there_or_is_a_folder_is_refused()
    {
        Should.Throw<ReeveException>(() => MasterKeyFile.Read(folder.File("none"))).Error.Code.ShouldBe("SEAL-001");
        Should.Throw<ReeveException>(() => MasterKeyFile.Read(folder.Path)).Error.Code.ShouldBe("SEAL-001");
        Should.Throw<ReeveException>(() => MasterKeyFile.Read("")).Error.Code.ShouldBe("SEAL-001");
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void A_key_that_others_have_rights_to_is_refused(UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are other things on Windows.");
        string path = Write(Bytes);
        SetMode(path, UnixFileMode.UserRead | mode);

        Should.Throw<ReeveException>(() => MasterKeyFile.Read(path)).Error.Code.ShouldBe("SEAL-003");
    }

    [Fact]
    public void A_key_is_made_for_its_owner_alone()
    {
        string path = folder.File("new.key");

        using MasterKey made = MasterKeyFile.Create(path);

        using MasterKey read = MasterKeyFile.Read(path);
        read.ToString().ShouldBe(made.ToString());
        Directory.GetFiles(folder.Path).ShouldBe([path]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void No_key_is_ever_put_in_the_place_of_another()
    {
        string path = Write(Bytes);

        Should.Throw<ReeveException>(() => MasterKeyFile.Create(path)).Error.Code.ShouldBe("SEAL-006");

        File.ReadAllBytes(path).ShouldBe(Bytes);
        Directory.GetFiles(folder.Path).ShouldBe([path]);
    }

    [Fact]
    public void A_folder_that_is_not_there_gets_no_key() =>
        Should.Throw<ReeveException>(() => MasterKeyFile.Create(folder.File("none/new.key"))).Error.Code.ShouldBe("SEAL-006");

    [Fact]
    public void Two_keys_differ()
    {
        using MasterKey left = MasterKeyFile.Create(folder.File("left"));
        using MasterKey right = MasterKeyFile.Create(folder.File("right"));

        left.ToString().ShouldNotBe(right.ToString());
    }

    public void Dispose() => folder.Dispose();

    private string Write(byte[] content)
    {
        string path = folder.File(Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        KeyFiles.Protect(path);
        return path;
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
