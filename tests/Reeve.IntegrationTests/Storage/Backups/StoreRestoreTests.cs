using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;
using Reeve.Storage.Backups;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Backups;

/// <summary>A restored store is sound, on hold and on record; what is no backup changes nothing.</summary>
public sealed class StoreRestoreTests : RecordContract, IDisposable
{
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);

    private readonly TemporaryFolder folder = new();

    private StoreAddress Store => StoreAddress.Parse("sqlite:store.db", folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_holds_what_was_backed_up_goes_on_with_its_chain_and_is_on_hold_and_on_record()
    {
        (string backup, BackupReport made) = await BackupAsync("a", "b");

        RestoreReport done = await RestoreAsync(backup);

        (done.Position, done.CopiedAt, done.Kept, done.Migrated.Count).ShouldBe((made.Position, made.CopiedAt, null, 0));
        Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["backup.db", "store.db", "store.db.lock"]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Store.Target).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using StoreSession session = await OpenStoreAsync();
        Hold hold = (await session.Holds.ListAsync(Token)).ShouldHaveSingleItem();
        (hold.Cause, hold.IsForAll, hold.PlacedBy).ShouldBe((HoldCause.Restore, true, "local:test"));
        (await session.Holds.IsHeldAsync(North, Token)).ShouldBeTrue();
        (await session.Exceptions.FindAsync(North, new ExceptionId("b"), Token)).ShouldNotBeNull();
        (await session.Committer.CommitAsync([new Core.Changes.ExceptionChange.Add(Row("c"), []), Event(Row("c"))], Token)).ShouldBeOfType<Core.Ports.CommitOutcome.Committed>();
        await Chains.ShouldHoldAsync(session.Audit);
        string restored = (await session.Database.ReadAcrossAsync(
            new Statement("", "select tenant_id || ' ' || actor_id || ' ' || cast(body as text) from events where type = 'StoreRestored'") { AcrossTenants = true }, static _ => { }, static row => row.Text(0), Token)).ShouldHaveSingleItem();
        restored.ShouldStartWith("$platform local:test {");
        restored.ShouldContain($"\"position\":\"{made.Position}\"");
        await session.Holds.ResumeAsync(TenantId.Platform, "looked at", Root, Token);
        (await session.Holds.IsHeldAsync(North, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_is_there_stays_unless_it_is_to_be_replaced_and_then_it_is_kept_with_its_last_commit()
    {
        (string backup, _) = await BackupAsync("a");
        await RestoreAsync(backup);
        await using (StoreSession session = await OpenStoreAsync())
        {
            await session.Committer.CommitAsync([new Core.Changes.ExceptionChange.Add(Row("later"), []), Event(Row("later"))], Token);

            // As a process that is killed leaves it: the commit is in the log beside the file alone.
            File.Copy(Store.Target, folder.File("killed.db"));
            File.Copy(Store.Target + "-wal", folder.File("killed.db-wal"));
        }

        File.Move(folder.File("killed.db"), Store.Target, overwrite: true);
        File.Move(folder.File("killed.db-wal"), Store.Target + "-wal", overwrite: true);
        (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.StoreThere);

        RestoreReport done = await RestoreAsync(backup, replaces: true);

        string kept = done.Kept.ShouldNotBeNull();
        kept.ShouldStartWith(Store.Target + ".before-restore-");
        File.Exists(Store.Target + "-wal").ShouldBeFalse();
        Count(kept, "select count(*) from exceptions where exception_id = 'later'").ShouldBe(1);
        Count(Store.Target, "select count(*) from exceptions where exception_id = 'later'").ShouldBe(0);
        (await RestoreAsync(backup, replaces: true)).Kept.ShouldNotBe(kept);
    }

    [Fact]
    public async Task A_store_whose_log_a_reader_keeps_from_being_folded_is_not_replaced_until_the_reader_is_gone()
    {
        (string backup, _) = await BackupAsync("a");
        await RestoreAsync(backup);
        using (SqliteConnection reader = new(new SqliteConnectionStringBuilder { DataSource = Store.Target, Pooling = false }.ConnectionString))
        {
            reader.Open();
            await using (StoreSession session = await OpenStoreAsync())
            {
                using SqliteCommand read = reader.CreateCommand();
                read.CommandText = "begin; select count(*) from exceptions";
                read.ExecuteNonQuery();
                await session.Committer.CommitAsync([new Core.Changes.ExceptionChange.Add(Row("later"), []), Event(Row("later"))], Token);
            }

            ReeveError refused = (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup, replaces: true))).Error;

            (refused.Kind, refused.NextStep.Contains("Stop", StringComparison.Ordinal)).ShouldBe((ErrorCatalogue.Storage.Busy, true));
            new FileInfo(Store.Target + "-wal").Length.ShouldBeGreaterThan(0);
            Directory.GetFiles(folder.Path, "*.before-restore-*").ShouldBeEmpty();
        }

        string kept = (await RestoreAsync(backup, replaces: true)).Kept.ShouldNotBeNull();
        Count(kept, "select count(*) from exceptions where exception_id = 'later'").ShouldBe(1);
    }

    [Fact]
    public async Task A_log_that_was_moved_away_is_back_when_the_new_store_cannot_take_the_place()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A file that nobody may replace is one of Linux's file systems.");
        (string backup, _) = await BackupAsync("a");
        await File.WriteAllTextAsync(Store.Target, "rubbish", Token);
        await File.WriteAllTextAsync(Store.Target + "-wal", "more of it", Token);
        using Process fix = Process.Start("chattr", ["+i", Store.Target]);
        await fix.WaitForExitAsync(Token);
        Assert.SkipUnless(fix.ExitCode == 0, "Only root can make a file immutable, and not on every file system.");
        try
        {
            (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup, replaces: true))).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);

            (await File.ReadAllTextAsync(Store.Target + "-wal", Token)).ShouldBe("more of it");
            Directory.GetFiles(folder.Path, "*.before-restore-*").ShouldBeEmpty();
        }
        finally
        {
            using Process free = Process.Start("chattr", ["-i", Store.Target]);
            await free.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task The_new_store_has_the_mode_of_the_one_that_it_replaces()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no modes there.");
        (string backup, _) = await BackupAsync("a");
        await RestoreAsync(backup);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            File.SetUnixFileMode(Store.Target, Shared);

            await RestoreAsync(backup, replaces: true);

            File.GetUnixFileMode(Store.Target).ShouldBe(Shared);
        }
    }

    [Fact]
    public async Task A_store_that_is_damaged_is_replaced_and_kept_with_its_log()
    {
        (string backup, _) = await BackupAsync("a");
        await File.WriteAllTextAsync(Store.Target, "rubbish", Token);
        await File.WriteAllTextAsync(Store.Target + "-wal", "more of it", Token);

        RestoreReport done = await RestoreAsync(backup, replaces: true);

        (await File.ReadAllTextAsync(done.Kept!, Token)).ShouldBe("rubbish");
        (await File.ReadAllTextAsync(done.Kept + "-wal", Token)).ShouldBe("more of it");
        Count(Store.Target, "select count(*) from exceptions").ShouldBe(1);
    }

    [Fact]
    public async Task A_log_whose_store_is_gone_is_not_applied_to_the_new_one()
    {
        (string backup, _) = await BackupAsync("a");
        await RestoreAsync(backup);
        await using (StoreSession session = await OpenStoreAsync())
        {
            await session.Committer.CommitAsync([new Core.Changes.ExceptionChange.Add(Row("later"), []), Event(Row("later"))], Token);
            File.Copy(Store.Target + "-wal", folder.File("log"));
        }

        File.Delete(Store.Target);
        File.Move(folder.File("log"), Store.Target + "-wal", overwrite: true);

        await RestoreAsync(backup);

        Count(Store.Target, "select count(*) from exceptions").ShouldBe(1);
        Count(Store.Target, "select count(*) from holds").ShouldBe(1);
    }

    [Fact]
    public async Task While_a_process_has_the_store_nothing_is_restored()
    {
        (string backup, _) = await BackupAsync("a");
        using StoreLock held = StoreLock.Take(Store, null);

        ReeveError refused = (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup, replaces: true))).Error;

        (refused.Kind, refused.NextStep.Contains("Stop", StringComparison.Ordinal)).ShouldBe((ErrorCatalogue.Storage.InUse, true));
        File.Exists(Store.Target).ShouldBeFalse();
    }

    [Fact]
    public async Task A_copy_that_was_made_by_hand_is_restored_as_one_of_unknown_age()
    {
        await using SqliteFile other = await SqliteFile.CreateAsync();

        RestoreReport done = await RestoreAsync(other.Path);

        done.CopiedAt.ShouldBeNull();
        Count(Store.Target, "select count(*) from holds where cause = 'RESTORE'").ShouldBe(1);
    }

    [Fact]
    public async Task Whatever_is_no_backup_is_refused_and_changes_nothing()
    {
        (string backup, _) = await BackupAsync("a");
        byte[] good = await File.ReadAllBytesAsync(backup, Token);
        await File.WriteAllTextAsync(Store.Target, "the old store", Token);

        await RefusedAsync(folder.Path, "BACKUP-004");
        await RefusedAsync(folder.File("not-there"), "INPUT-001");
        await RefusedAsync(Written("empty", []), "BACKUP-004");
        await RefusedAsync(Written("text", Encoding.UTF8.GetBytes(new string('x', 100_000))), "BACKUP-004");
        await RefusedAsync(Written("short", good[..50]), "BACKUP-004");
        await RefusedAsync(Written("cut", good[..^4096]), "BACKUP-005");
        await RefusedAsync(Written("half", good[..(good.Length / 2)]), "BACKUP-005");
        await RefusedAsync(Written("scribbled", Scribbled(good)), "BACKUP-005");
        await RefusedAsync(Made("other program", null, "create table t (x)"), "BACKUP-004");
        await RefusedAsync(Made("empty database", null, "create table t (x); drop table t"), "BACKUP-004");
        await RefusedAsync(Made("newer", good, "insert into schema_migrations (version, name, checksum, applied_at, product) values (9999, 'later', 'x', 0, '99.0')"), "STORE-005");
        await RefusedAsync(Made("changed", good, "update schema_migrations set checksum = 'x' where version = 1"), "STORE-010");
        await RefusedAsync(Made("booby-trapped", good, "create trigger t after insert on events begin delete from holds; end"), "BACKUP-004");
        await RefusedAsync(Made("view", good, "create view v as select 1"), "BACKUP-004");
        string live = Written("live", good);
        Written("live-wal", [1, 2, 3]);
        await RefusedAsync(live, "BACKUP-004");
        if (!OperatingSystem.IsWindows())
        {
            using Process pipe = Process.Start("mkfifo", [folder.File("pipe")]);
            await pipe.WaitForExitAsync(Token);
            await RefusedAsync(folder.File("pipe"), "BACKUP-004");
            await RefusedAsync("/dev/zero", "BACKUP-004");
            File.CreateSymbolicLink(folder.File("loop"), folder.File("loop"));
            await RefusedAsync(folder.File("loop"), "INPUT-001");
        }

        (await File.ReadAllTextAsync(Store.Target, Token)).ShouldBe("the old store");
        Directory.GetFiles(folder.Path, "*.restoring*").ShouldBeEmpty();
        Directory.GetFiles(folder.Path, "*.before-restore-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_to_a_backup_is_followed_and_the_backup_stays_as_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        (string backup, _) = await BackupAsync("a");
        byte[] before = await File.ReadAllBytesAsync(backup, Token);
        File.CreateSymbolicLink(folder.File("latest"), backup);

        await RestoreAsync(folder.File("latest"));

        (await File.ReadAllBytesAsync(backup, Token)).ShouldBe(before);
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public async Task A_link_to_a_store_that_was_not_closed_is_no_backup(string log)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        (string backup, _) = await BackupAsync("a");
        Written("backup.db" + log, [1, 2, 3]);
        File.CreateSymbolicLink(folder.File("latest"), backup);

        await RefusedAsync(folder.File("latest"), "BACKUP-004");
    }

    [Fact]
    public async Task What_is_given_up_leaves_the_old_store_and_no_more()
    {
        (string backup, _) = await BackupAsync("a");
        await File.WriteAllTextAsync(Store.Target, "the old store", Token);
        await File.WriteAllTextAsync(Store.Target + ".0123456789ab.restoring", "of a process that was killed", Token);
        using CancellationTokenSource given = new();
        StoreRestore door = new("0.0.0-test", TimeProvider.System, NullLogger.Instance);

        await Should.ThrowAsync<OperationCanceledException>(() => door.RestoreAsync(backup, Store, replaces: true, Root, progress =>
        {
            if (progress.What == "checking")
            {
                given.Cancel();
            }
        }, given.Token));

        (await File.ReadAllTextAsync(Store.Target, Token)).ShouldBe("the old store");
        Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["backup.db", "store.db", "store.db.lock"]);
    }

    [Fact]
    public async Task A_backup_of_the_release_before_is_brought_to_this_schema()
    {
        await using SqliteFile old = SqliteFile.CreateEmpty();
        Reeve.Storage.Migrations.Migrator earlier = new("0.0.1", TimeProvider.System, dialect => [.. Reeve.Storage.Migrations.Migration.Of(dialect).Where(one => one.Version < 10)]);
        (await earlier.MigrateAsync(old.Node, grantTo: null, Token)).OrThrow();

        RestoreReport done = await RestoreAsync(old.Path);

        done.Migrated.ShouldContain("0010_holds");
        Count(Store.Target, "select count(*) from holds").ShouldBe(1);
    }

    [Fact]
    public async Task A_disk_without_room_is_told_with_what_is_missing()
    {
        (string backup, _) = await BackupAsync("a");
        string small = Directory.CreateDirectory(folder.File("small")).FullName;
        using Process mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", small]);
        await mount.WaitForExitAsync(Token);
        Assert.SkipUnless(mount.ExitCode == 0, "A small file system can only be mounted by root.");
        try
        {
            StoreRestore door = new("0.0.0-test", TimeProvider.System, NullLogger.Instance);
            ReeveError full = (await Should.ThrowAsync<ReeveException>(() => door.RestoreAsync(backup, StoreAddress.Parse("sqlite:s.db", small), replaces: false, Root, static _ => { }, Token))).Error;

            (full.Kind, full.Message.Contains("missing", StringComparison.Ordinal)).ShouldBe((ErrorCatalogue.Backups.NoRoom, true));
            Directory.GetFiles(small).Select(Path.GetFileName).ShouldBe(["s.db.lock"]);
        }
        finally
        {
            using Process umount = Process.Start("umount", ["-l", small]);
            await umount.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_database_that_is_no_file_is_put_on_hold_instead()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        StoreRestore door = new("0.0.0-test", TimeProvider.System, NullLogger.Instance);

        (await Should.ThrowAsync<ReeveException>(() => door.RestoreAsync(folder.File("x"), store.Node, replaces: true, Root, static _ => { }, Token))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.NotAFile);
    }

    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);

    private async Task<(string Path, BackupReport Made)> BackupAsync(params string[] exceptions)
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        foreach (string id in exceptions)
        {
            await AddAsync(node, Row(id));
        }

        string path = folder.File("backup.db");
        return (path, await new StoreBackup(node.Store!.Database, ((Committer)node.Committer).Copier, TimeProvider.System).WriteAsync(path, replaces: false, static _ => { }, Token));
    }

    private Task<RestoreReport> RestoreAsync(string backup, bool replaces = false) =>
        new StoreRestore("0.0.0-test", TimeProvider.System, NullLogger.Instance).RestoreAsync(backup, Store, replaces, Root, static _ => { }, Token);

    private async Task RefusedAsync(string backup, string code) =>
        (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup, replaces: true))).Error.Code.ShouldBe(code, backup);

    private Task<StoreSession> OpenStoreAsync() => StoreSession.OpenAsync(Store, new StoreSessionOptions(), NullLoggerFactory.Instance, Token);

    private string Written(string name, byte[] bytes)
    {
        File.WriteAllBytes(folder.File(name), bytes);
        return folder.File(name);
    }

    private string Made(string name, byte[]? from, string sql)
    {
        string path = from is null ? folder.File(name) : Written(name, from);
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return path;
    }

    // Every page but the first is noise.
    private static byte[] Scribbled(byte[] good)
    {
        byte[] bad = [.. good];
        new Random(7).NextBytes(bad.AsSpan(4096));
        return bad;
    }

    private static long Count(string path, string sql)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
