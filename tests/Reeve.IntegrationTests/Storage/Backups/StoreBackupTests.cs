using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;
using Reeve.Storage.Backups;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.SqliteSlots;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Locks;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Backups;

/// <summary>Backups of a file that is written to meanwhile: whole, consistent, and never half under the name that was asked for.</summary>
public sealed class StoreBackupTests : RecordContract, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_before_it_began_is_in_it_and_its_chains_hold_while_commits_go_on()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "before", 400);
        using CancellationTokenSource over = new();
        int written = 0;
        Task load = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (int i = 0; !over.IsCancellationRequested; i++)
                {
                    await AddAsync(node, Row($"during-{writer}-{i}"));
                    Interlocked.Increment(ref written);
                }
            },
            Token)));
        string path = folder.File("backup.db");

        int begunWith = written;
        BackupReport made = await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);
        int endedWith = written;
        await over.CancelAsync();
        await load;

        new FileInfo(path).Length.ShouldBe(made.Bytes);
        ShouldBePrivate(path);
        Directory.GetFiles(folder.Path).ShouldBe([path]);
        using (SqliteConnection copy = Open(path))
        {
            Scalar(copy, "pragma integrity_check").ShouldBe("ok");
            ((long)Scalar(copy, "select count(*) from exceptions where exception_id like 'before-%'")!).ShouldBe(400);
            ((long)Scalar(copy, "select count(*) from exceptions where exception_id like 'during-%'")!).ShouldBeInRange(begunWith, endedWith + 4);
            ((long)Scalar(copy, "select max(n) from commits")!).ShouldBe(made.Position[1]);
        }

        await using SqliteDatabase copied = new(StoreAddress.Parse("sqlite:" + path, "/"));
        await Chains.ShouldHoldAsync(new SqlAuditSource(copied));
        made.Slices.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task It_is_on_hold_by_itself_and_its_slot_is_nobodys()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 3);
        string path = folder.File("backup.db");

        BackupReport made = await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);

        using SqliteConnection copy = Open(path);
        Scalar(copy, "select tenant_id || ' ' || cause || ' ' || since from holds").ShouldBe($"$platform COPY {(made.CopiedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10}");
        Scalar(copy, "select beat_at from slots").ShouldBe(0L);
        Scalar(copy, "pragma journal_mode").ShouldBe("delete");
        ((long)(await node.Store!.ScalarAsync("select count(*) from holds"))!).ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_it_is_to_be_replaced_and_then_until_the_new_one_is_whole()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 3);
        string path = folder.File("backup.db");
        await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);
        byte[] mine = await File.ReadAllBytesAsync(path, Token);
        await File.WriteAllTextAsync(path + "-wal", "of another life", Token);

        await ShouldRefuseAsync(node, path, ErrorCatalogue.Backups.NameTaken);
        (await File.ReadAllBytesAsync(path, Token)).ShouldBe(mine);

        List<bool> seen = [];
        await Door(node).WriteAsync(path, replaces: true, _ => seen.Add(File.ReadAllBytes(path).AsSpan().SequenceEqual(mine)), Token);

        seen.ShouldAllBe(isMine => isMine);
        Directory.GetFiles(folder.Path).ShouldBe([path]);
        using SqliteConnection copy = Open(path);
        Scalar(copy, "pragma integrity_check").ShouldBe("ok");
    }

    [Fact]
    public async Task No_link_no_folder_and_no_store_is_written_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string store = node.Store!.Node.Target;
        string victim = folder.File("victim");
        await File.WriteAllTextAsync(victim, "mine", Token);
        File.CreateSymbolicLink(folder.File("link"), victim);
        File.CreateSymbolicLink(folder.File("dangling"), folder.File("nothing"));
        Directory.CreateSymbolicLink(folder.File("way"), Path.GetDirectoryName(store)!);
        using StoreLock held = StoreLock.Take(node.Store.Node, null);

        string[] ofStore = ["", "-wal", "-shm", "-journal", ".lock", ".key"];
        foreach (string path in (string[])
        [
            folder.Path, folder.File("link"), folder.File("dangling"), .. ofStore.Select(ending => store + ending),
            .. ofStore.Select(ending => Path.Combine(folder.File("way"), Path.GetFileName(store) + ending)),
        ])
        {
            foreach (bool replaces in new[] { false, true })
            {
                (await Should.ThrowAsync<ReeveException>(() => Door(node).WriteAsync(path, replaces, static _ => { }, Token))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.NameTaken, path);
            }
        }

        (await File.ReadAllTextAsync(victim, Token)).ShouldBe("mine");
        File.Exists(folder.File("nothing")).ShouldBeFalse();
        await AddAsync(node, Row("after"));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_not_ours_is_told()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);

        await ShouldRefuseAsync(node, Path.Combine(folder.File("none"), "b.db"), ErrorCatalogue.Input.FileUnwritable);
        await ShouldRefuseAsync(node, folder.File(new string('x', 250)), ErrorCatalogue.Input.FileUnwritable);
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_given_up_leaves_nothing_and_the_next_one_can_be_made()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 300);
        string path = folder.File("backup.db");
        using CancellationTokenSource given = new();

        await Should.ThrowAsync<OperationCanceledException>(() => Door(node).WriteAsync(path, replaces: false, _ => given.Cancel(), given.Token));

        Directory.GetFiles(folder.Path).ShouldBeEmpty();
        await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);
        Directory.GetFiles(folder.Path).ShouldBe([path]);
    }

    [Fact]
    public async Task What_a_dead_process_left_is_removed_and_nothing_else()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string path = folder.File("backup.db");
        string dead = path + ".0123456789ab.part";
        string[] others = [path + ".part", path + ".0123456789aB.part", path + ".0123456789abc.part", folder.File("other.db.0123456789ab.part"), path + ".alive9876543.part", path + ".aaaaaaaaaaaa.part"];
        foreach (string file in new[] { dead, dead + "-journal" }.Concat(others))
        {
            await File.WriteAllTextAsync(file, "", Token);
        }

        using FileStream alive = new(path + ".aaaaaaaaaaaa.part", FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);

        Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).ShouldBe(others.Append(path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_two_at_once_one_is_refused_and_the_next_is_made()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 3);
        StoreBackup door = Door(node);
        ReeveException? refused = null;
        BallastCopier busy = new(Copier(node), () => refused = Should.Throw<ReeveException>(() => door.WriteAsync(folder.File("b.db"), replaces: false, static _ => { }, Token).GetAwaiter().GetResult()), isBefore: false);

        await new StoreBackup(node.Store!.Database, busy, TimeProvider.System).WriteAsync(folder.File("a.db"), replaces: false, static _ => { }, Token);

        refused.ShouldNotBeNull().Error.Kind.ShouldBe(ErrorCatalogue.Backups.NotFinished);
        await door.WriteAsync(folder.File("b.db"), replaces: false, static _ => { }, Token);
        Directory.GetFiles(folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Closing_the_store_ends_the_copy_that_is_under_way()
    {
        RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 300);
        IFileCopier copier = Copier(node);
        string path = folder.File("copy");
        await File.WriteAllBytesAsync(path, [], Token);
        FileCopy copy = new(path);
        copier.Begin(copy).ShouldBeTrue();
        copier.Begin(new FileCopy(path)).ShouldBeFalse();

        await node.DisposeAsync();

        await Task.WhenAny(copy.Finished);
        copier.Begin(new FileCopy(path)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_no_longer_wanted_is_not_copied()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string path = folder.File("copy");
        await File.WriteAllBytesAsync(path, [], Token);
        FileCopy copy = new(path);
        copy.GiveUp();

        Copier(node).Begin(copy).ShouldBeTrue();

        await Should.ThrowAsync<OperationCanceledException>(copy.Finished);
        new FileInfo(path).Length.ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_written_fails_the_copy_and_not_the_commits()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        FileCopy copy = new(folder.File("not-there"));
        Copier(node).Begin(copy).ShouldBeTrue();

        await Should.ThrowAsync<SqliteException>(copy.Finished);

        await AddAsync(node, Row("after"));
    }

    [Fact]
    public async Task Whatever_fails_a_copy_it_fails_neither_the_commits_nor_the_next_copy()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);

        // A name that SQLite is never asked for: the driver cannot make sense of it.
        FileCopy copy = new("no\0name");
        Copier(node).Begin(copy).ShouldBeTrue();

        (await Should.ThrowAsync<Exception>(copy.Finished)).ShouldNotBeOfType<SqliteException>();

        await AddAsync(node, Row("after"));
        await Door(node).WriteAsync(folder.File("backup.db"), replaces: false, static _ => { }, Token);
    }

    [Fact]
    public async Task A_disk_without_room_is_told_before_anything_is_made_and_one_that_runs_full_leaves_nothing_and_does_not_touch_commits()
    {
        string small = Directory.CreateDirectory(folder.File("small")).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small) == 0, "A small file system can only be mounted by root.");
        try
        {
            await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
            for (int i = 0; i < 80; i++)
            {
                ExceptionRow row = Row($"e{i}");
                await MustCommitAsync(node, new Core.Changes.ExceptionChange.Add(row, []), Event(row, $"\"{new string('x', 40_000)}\""));
            }

            // It fits by now, with its margin; then something takes the room.
            string path = Path.Combine(small, "b.db");
            byte[] ballast = new byte[3 * 1024 * 1024];
            ReeveException full = await Should.ThrowAsync<ReeveException>(async () =>
            {
                StoreBackup door = new(node.Store!.Database, new BallastCopier(Copier(node), () => File.WriteAllBytes(Path.Combine(small, "ballast"), ballast)), TimeProvider.System);
                await door.WriteAsync(path, replaces: false, static _ => { }, Token);
            });
            full.Error.Kind.ShouldBe(ErrorCatalogue.Backups.NoRoom);
            Directory.GetFiles(small).ShouldBe([Path.Combine(small, "ballast")]);
            await AddAsync(node, Row("still written"));

            ReeveException refused = await Should.ThrowAsync<ReeveException>(() => Door(node).WriteAsync(path, replaces: false, static _ => { }, Token));
            (refused.Error.Kind, refused.Error.Message.Contains("missing", StringComparison.Ordinal)).ShouldBe((ErrorCatalogue.Backups.NoRoom, true));
            await Chains.ShouldHoldAsync(node.Audit);

            File.Delete(Path.Combine(small, "ballast"));
            await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);
        }
        finally
        {
            await RunAsync("umount", "-l", small);
        }
    }

    [Fact]
    public async Task A_database_that_is_no_file_is_referred_to_its_own_means()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession session = await StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token);

        (await Should.ThrowAsync<ReeveException>(() => session.Backups.WriteAsync(folder.File("b.db"), replaces: false, static _ => { }, Token))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.NotAFile);
    }

    [Fact]
    public async Task A_backup_that_is_served_without_being_restored_is_found_and_on_record()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        await FillAsync(node, "e", 3);
        string path = folder.File("backup.db");
        BackupReport made = await Door(node).WriteAsync(path, replaces: false, static _ => { }, Token);

        await using StoreSession session = await StoreSession.OpenAsync(StoreAddress.Parse("sqlite:" + path, "/"), new StoreSessionOptions { RunsInbox = true }, NullLoggerFactory.Instance, Token);

        Hold hold = (await session.Holds.ListAsync(Token)).ShouldHaveSingleItem();
        (hold.Cause, hold.IsForAll, hold.PlacedBy).ShouldBe((HoldCause.Restore, true, "system:store"));
        (await session.Holds.IsHeldAsync(North, Token)).ShouldBeTrue();
        using SqliteConnection served = Open(path);
        ((string)Scalar(served, "select cast(body as text) from events where type = 'StoreRestored' and tenant_id = '$platform'")!).ShouldContain(Core.Values.TimeText.Timestamp(made.CopiedAt));
    }

    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);

    private static StoreBackup Door(RecordStores node) => new(node.Store!.Database, Copier(node), TimeProvider.System);

    private static IFileCopier Copier(RecordStores node) => ((Committer)node.Committer).Copier.ShouldNotBeNull();

    private static Task FillAsync(RecordStores node, string prefix, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(i => AddAsync(node, Row($"{prefix}-{i}"))));

    private static async Task ShouldRefuseAsync(RecordStores node, string path, ErrorCode kind) =>
        (await Should.ThrowAsync<ReeveException>(() => Door(node).WriteAsync(path, replaces: false, static _ => { }, Token))).Error.Kind.ShouldBe(kind);

    private static void ShouldBePrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static SqliteConnection Open(string path)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWrite }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    /// <summary>Has something happen right before a copy begins, or right after.</summary>
    private sealed class BallastCopier(IFileCopier inner, Action happens, bool isBefore = true) : IFileCopier
    {
        public bool Begin(FileCopy copy)
        {
            if (isBefore)
            {
                happens();
            }

            bool begun = inner.Begin(copy);
            if (!isBefore)
            {
                happens();
            }

            return begun;
        }
    }
}
