using System.Diagnostics;
using System.Runtime.Versioning;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;

namespace Reeve.IntegrationTests.Storage.Locks;

/// <summary>One process has a file, and the others of its user can find out which.</summary>
public sealed class StoreLockTests : IDisposable
{
    private static readonly Uri Url = new("http://127.0.0.1:8123/");
    private readonly TemporaryFolder folder = new();
    private readonly StoreAddress store;

    public StoreLockTests() => store = StoreAddress.Parse("sqlite:reeve.db", folder.Path);

    private string LockFile => store.Target + ".lock";

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_second_is_told_who_has_it_and_where_but_not_the_token()
    {
        using StoreLock first = StoreLock.Take(store, Url);

        ReeveError refused = Should.Throw<ReeveException>(() => StoreLock.Take(store, url: null)).Error;

        refused.Kind.ShouldBe(ErrorCatalogue.Storage.InUse);
        refused.Message.ShouldBe($"Process {Environment.ProcessId} has it and answers at {Url}.");
        refused.ToString().ShouldNotContain(first.Token);
    }

    [Fact]
    public void A_link_to_the_file_is_the_file()
    {
        File.WriteAllBytes(store.Target, []);
        string link = Path.Combine(folder.Path, "other.db");
        File.CreateSymbolicLink(link, store.Target);
        using StoreLock first = StoreLock.Take(store, Url);

        StoreAddress linked = StoreAddress.Parse("sqlite:other.db", folder.Path);

        linked.ShouldBe(store);
        Should.Throw<ReeveException>(() => StoreLock.Take(linked, url: null)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.InUse);
    }

    [Fact]
    public void Another_verb_of_the_same_user_reads_where_to_ask_and_with_what()
    {
        using StoreLock held = StoreLock.Take(store, url: null);
        StoreLock.Read(store).ShouldNotBeNull().Url.ShouldBeNull();

        held.Announce(Url);

        StoreHolder holder = StoreLock.Read(store).ShouldNotBeNull();
        (holder.ProcessId, holder.Url, holder.Token).ShouldBe((Environment.ProcessId, Url, held.Token));
        holder.ToString().ShouldNotContain(held.Token);
    }

    [Fact]
    public void What_is_given_back_is_free_and_says_nothing_more()
    {
        StoreLock first = StoreLock.Take(store, Url);
        first.Dispose();
        first.Dispose();

        new FileInfo(LockFile).Length.ShouldBe(0);
        StoreLock.Read(store).ShouldBeNull();

        using StoreLock second = StoreLock.Take(store, Url);
        second.Token.Length.ShouldBe(43);
        second.Token.ShouldNotBe(first.Token);
    }

    [Fact]
    public async Task A_killed_process_s_file_is_taken_over_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(1) is a program of Linux.");
        using (StoreLock.Take(store, url: null))
        {
            // Makes the file.
        }

        using Process holder = Process.Start(new ProcessStartInfo("flock")
        {
            ArgumentList = { "--no-fork", LockFile, "sh", "-c", "echo held; exec sleep 600" }, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        (await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("held");
        Should.Throw<ReeveException>(() => StoreLock.Take(store, Url)).Error.Message.ShouldBe("Another process has it.");

        holder.Kill();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);

        using StoreLock taken = StoreLock.Take(store, Url);
        StoreLock.Read(store).ShouldNotBeNull().Token.ShouldBe(taken.Token);
    }

    [Fact]
    public void A_dead_process_and_another_of_its_id_are_not_taken_for_the_holder()
    {
        string text = Written();
        Plant(text);
        StoreLock.Read(store).ShouldNotBeNull("this process lives");

        Plant(text.Replace($"\"processId\":{Environment.ProcessId}", $"\"processId\":{int.MaxValue}", StringComparison.Ordinal));
        StoreLock.Read(store).ShouldBeNull("no process has that id");

        Plant(text.Replace("\"processStarted\":\"", "\"processStarted\":\"0", StringComparison.Ordinal));
        StoreLock.Read(store).ShouldBeNull("a process has the id, but not the start");

        using StoreLock taken = StoreLock.Take(store, url: null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"processId\":\"1\",\"processStarted\":\"x\",\"url\":null,\"token\":\"t\"}")]
    [InlineData("{\"processId\":1e99,\"processStarted\":\"x\",\"url\":null,\"token\":\"t\"}")]
    [InlineData("{\"processId\":1,\"processStarted\":null,\"url\":null,\"token\":null}")]
    public void What_is_no_lock_file_of_ours_names_nobody(string text)
    {
        Plant(text);

        StoreLock.Read(store).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://192.0.2.1:8000/")]
    [InlineData("http://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nonsense")]
    public void An_address_of_another_machine_is_not_believed(string url)
    {
        string text = Written();

        Plant(text.Replace(Url.ToString(), url, StringComparison.Ordinal));

        StoreLock.Read(store).ShouldNotBeNull().Url.ShouldBeNull();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_file_is_its_user_s_alone_whatever_it_was_before()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Plant("");
        File.SetUnixFileMode(LockFile, (UnixFileMode)0b110_110_110);

        using StoreLock held = StoreLock.Take(store, Url);

        File.GetUnixFileMode(LockFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_others_can_read_or_write_is_not_believed(UnixFileMode more)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        using StoreLock held = StoreLock.Take(store, Url);
        File.SetUnixFileMode(LockFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        Should.Throw<ReeveException>(() => StoreLock.Read(store)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
        Should.Throw<ReeveException>(() => StoreLock.Take(store, Url)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.InUse);
    }

    [Fact]
    public async Task A_file_of_another_user_is_not_believed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a file away.");
        using StoreLock held = StoreLock.Take(store, Url);
        using Process chown = Process.Start("chown", ["nobody", LockFile]);
        await chown.WaitForExitAsync(TestContext.Current.CancellationToken);

        Should.Throw<ReeveException>(() => StoreLock.Read(store)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        string victim = folder.File("victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(LockFile, victim);

        Should.Throw<ReeveException>(() => StoreLock.Take(store, Url)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
        Should.Throw<ReeveException>(() => StoreLock.Read(store)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
        File.ReadAllText(victim).ShouldBe("precious");
    }

    [Fact]
    public void A_folder_that_is_not_there_has_no_holder_and_is_made_for_one()
    {
        StoreAddress elsewhere = StoreAddress.Parse("sqlite:no/such/folder/reeve.db", folder.Path);
        StoreLock.Read(elsewhere).ShouldBeNull();

        using StoreLock held = StoreLock.Take(elsewhere, Url);

        StoreLock.Read(elsewhere).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("plain/reeve.db")]
    [InlineData("/proc/reeve.db")]
    public void A_folder_that_cannot_be_used_takes_no_lock(string path)
    {
        File.WriteAllText(folder.File("plain"), "a file");

        Should.Throw<ReeveException>(() => StoreLock.Take(StoreAddress.Parse("sqlite:" + path, folder.Path), Url)).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
    }

    [Fact]
    public void A_server_has_no_lock_file() =>
        Should.Throw<ArgumentException>(() => StoreLock.Read(StoreAddress.Parse("postgres:Host=db", "/")));

    // What a holder's file says, as it would be found when that process is killed.
    private string Written()
    {
        using StoreLock held = StoreLock.Take(store, Url);
        StoreHolder holder = StoreLock.Read(store)!;
        return $$"""{"processId":{{holder.ProcessId}},"processStarted":"{{holder.ProcessStarted}}","url":"{{holder.Url}}","token":"{{holder.Token}}"}""";
    }

    private void Plant(string text)
    {
        File.WriteAllText(LockFile, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(LockFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
