using System.Diagnostics;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>A file on a disk that runs full: what does not fit is refused whole, and writing goes on when there is room again.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_whole_outcomes_until_there_is_room()
    {
        using TemporaryFolder folder = new();
        Assert.SkipUnless(OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder.Path) == 0, "A small file system can only be mounted by root.");
        try
        {
            await using SqliteFile store = await SqliteFile.CreateAsync();
            StoreAddress address = StoreAddress.Parse("sqlite:reeve.db", folder.Path);
            File.Copy(store.Path, address.Target);
            await using SqliteDatabase small = new(address);
            await File.WriteAllBytesAsync(folder.File("ballast"), new byte[2 * 1024 * 1024], CancellationToken.None);
            await using RecordStores node = await RecordStores.OpenAsync(store, small);
            List<string> stored = [];
            ReeveException? fault = null;
            for (int i = 0; fault is null; i++)
            {
                fault = await TryAsync(node, $"e{i}", stored);
            }

            fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
            (await TryAsync(node, "still full", stored)).ShouldNotBeNull().Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
            File.Delete(folder.File("ballast"));
            (await TryAsync(node, "room", stored)).ShouldBeNull();

            (await Chains.ShouldHoldAsync(node.Audit)).Count.ShouldBe(2 * stored.Count);
            foreach (string id in stored)
            {
                (await node.Exceptions.FindAsync(new TenantId("NORTH"), new ExceptionId(id), CancellationToken.None)).ShouldNotBeNull();
            }
        }
        finally
        {
            await RunAsync("umount", "-l", folder.Path);
        }
    }

    private static async Task<ReeveException?> TryAsync(RecordStores node, string id, List<string> stored)
    {
        ExceptionRow row = RecordContract.Row(id);
        string body = $"\"{new string('x', 40_000)}\"";
        try
        {
            (await node.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row, body), RecordContract.Event(row, body)], CancellationToken.None))
                .ShouldBeOfType<CommitOutcome.Committed>();
            stored.Add(id);
            return null;
        }
        catch (ReeveException fault)
        {
            return fault;
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
