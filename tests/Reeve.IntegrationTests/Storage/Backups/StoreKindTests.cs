using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Storage.Backups;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Backups;

/// <summary>Only what a backup or a store may be is replaced by one: never a device, a pipe or somebody's document.</summary>
public sealed class StoreKindTests : RecordContract, IDisposable
{
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("mkfifo", "special")]
    [InlineData("mknod", "special", "c", "1", "7")]
    public async Task What_is_no_file_is_neither_replaced_nor_waited_for(string program, params string[] words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such files there.");
        string special = folder.File("special");
        using (Process make = Process.Start(new ProcessStartInfo(program, words) { WorkingDirectory = folder.Path })!)
        {
            await make.WaitForExitAsync(Token);
            Assert.SkipUnless(make.ExitCode == 0, "Only root can make a device.");
        }

        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string backup = folder.File("backup.db");
        await BackupAsync(node, backup, replaces: false);

        (await Should.ThrowAsync<ReeveException>(() => BackupAsync(node, special, replaces: true))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.NameTaken);
        (await Should.ThrowAsync<ReeveException>(() => RestoreAsync(backup, special))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.StoreThere);

        File.Exists(special).ShouldBeTrue();
        new FileInfo(special).Length.ShouldBe(0);
        Directory.GetFiles(folder.Path, "*.before-restore-*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("empty")]
    [InlineData("database")]
    public async Task What_is_no_backup_is_not_replaced_by_one(string kind)
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string path = folder.File("somebody's #1?.db");
        if (kind == "database")
        {
            using SqliteConnection other = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
            other.Open();
            using SqliteCommand command = other.CreateCommand();
            command.CommandText = "create table t (x)";
            command.ExecuteNonQuery();
        }
        else
        {
            await File.WriteAllTextAsync(path, kind == "text" ? new string('x', 5000) : "", Token);
        }

        byte[] before = await File.ReadAllBytesAsync(path, Token);

        (await Should.ThrowAsync<ReeveException>(() => BackupAsync(node, path, replaces: true))).Error.Kind.ShouldBe(ErrorCatalogue.Backups.NameTaken);

        (await File.ReadAllBytesAsync(path, Token)).ShouldBe(before);
        Directory.GetFiles(folder.Path).ShouldBe([path]);
    }

    [Fact]
    public async Task A_backup_that_is_there_is_replaced_also_a_damaged_one()
    {
        await using RecordStores node = await RecordStores.OpenAsync(Dialect.Sqlite);
        string path = folder.File("somebody's #1?.db");
        await BackupAsync(node, path, replaces: false);
        await BackupAsync(node, path, replaces: true);
        byte[] bad = await File.ReadAllBytesAsync(path, Token);
        bad.AsSpan(100).Fill(0xA5);
        await File.WriteAllBytesAsync(path, bad, Token);

        BackupReport made = await BackupAsync(node, path, replaces: true);

        new FileInfo(path).Length.ShouldBe(made.Bytes);
        (await File.ReadAllBytesAsync(path, Token)).ShouldNotBe(bad);
    }

    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);

    private static Task<BackupReport> BackupAsync(RecordStores node, string path, bool replaces) =>
        new StoreBackup(node.Store!.Database, ((Committer)node.Committer).Copier, TimeProvider.System).WriteAsync(path, replaces, static _ => { }, Token);

    private static Task<RestoreReport> RestoreAsync(string backup, string store) =>
        new StoreRestore("0.0.0-test", TimeProvider.System, NullLogger.Instance).RestoreAsync(backup, StoreAddress.Parse("sqlite:" + store, "/"), replaces: true, Root, static _ => { }, Token);
}
