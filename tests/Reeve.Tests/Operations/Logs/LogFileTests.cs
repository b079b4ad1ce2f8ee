using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Operations.Logs;

namespace Reeve.Tests.Logs;

/// <summary>Rotation and retention, on real files.</summary>
public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTime clock = new();
    private readonly MemoryStream standardError = new();

    private string LogPath => folder.File("reeve.log");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_that_grew_too_large_is_finished()
    {
        using (LogBook book = Open(new LogOptions { File = LogPath, MaxFileBytes = 1024 }))
        {
            Log(book, count: 20);
        }

        string[] files = Names();
        files.ShouldContain("reeve.20260115-120000.1.log");
        files.ShouldContain("reeve.20260115-120000.2.log");
        files.ShouldAllBe(name => new FileInfo(folder.File(name)).Length <= 1024);
        Messages().ShouldBe(Enumerable.Range(0, 20).Select(n => $"message {n}"));
    }

    [Fact]
    public void A_file_whose_first_record_is_a_day_old_is_finished()
    {
        using LogBook book = Open(new LogOptions { File = LogPath });
        Log(book, count: 1);
        clock.Advance(TimeSpan.FromHours(23));
        Log(book, count: 1);
        Names().ShouldBe(["reeve.log"]);

        clock.Advance(TimeSpan.FromHours(1));
        Log(book, count: 1);

        Names().ShouldBe(["reeve.20260115-120000.1.log", "reeve.log"]);
    }

    [Fact]
    public void Age_is_counted_across_restarts()
    {
        using (LogBook book = Open(new LogOptions { File = LogPath }))
        {
            Log(book, count: 1);
        }

        clock.Advance(TimeSpan.FromHours(25));
        using (LogBook book = Open(new LogOptions { File = LogPath }))
        {
            Log(book, count: 1);
        }

        Names().ShouldBe(["reeve.20260115-120000.1.log", "reeve.log"]);
    }

    [Fact]
    public void Only_so_many_files_are_kept()
    {
        using LogBook book = Open(new LogOptions { File = LogPath, MaxFileAge = TimeSpan.FromHours(1), KeptFiles = 3 });

        for (int hour = 0; hour < 8; hour++)
        {
            Log(book, count: 1);
            clock.Advance(TimeSpan.FromHours(1));
        }

        Names().ShouldBe(["reeve.20260115-160000.1.log", "reeve.20260115-170000.1.log", "reeve.20260115-180000.1.log", "reeve.log"]);
    }

    [Fact]
    public void No_file_is_kept_for_too_long()
    {
        using LogBook book = Open(new LogOptions { File = LogPath, KeptFor = TimeSpan.FromDays(2) });

        Log(book, count: 1);
        clock.Advance(TimeSpan.FromDays(1));
        Log(book, count: 1);
        clock.Advance(TimeSpan.FromDays(2));
        Log(book, count: 1);

        Names().ShouldBe(["reeve.20260116-120000.1.log", "reeve.log"]);
    }

    [Fact]
    public void Other_files_beside_it_are_left_alone()
    {
        File.WriteAllText(folder.File("reeve.notes.log"), "mine");
        File.WriteAllText(folder.File("reeve.20200101-000000.x.log"), "mine");
        using LogBook book = Open(new LogOptions { File = LogPath, MaxFileAge = TimeSpan.FromHours(1), KeptFiles = 0 });

        Log(book, count: 1);
        clock.Advance(TimeSpan.FromHours(2));
        Log(book, count: 1);

        Names().ShouldBe(["reeve.20200101-000000.x.log", "reeve.log", "reeve.notes.log"]);
        LogFiles.Of(LogPath).ShouldBe([LogPath]);
    }

    [Fact]
    public void A_second_writer_takes_a_file_of_its_own_and_both_are_read()
    {
        using LogBook first = Open(new LogOptions { File = LogPath });
        using LogBook second = Open(new LogOptions { File = LogPath });

        Log(first, count: 1);
        Log(second, count: 1);

        Names().ShouldBe(["reeve.2.log", "reeve.log"]);
        LogFiles.Of(LogPath).SelectMany(LogFiles.ReadLines).Count().ShouldBe(2);
    }

    [Fact]
    public void A_record_that_the_file_does_not_take_goes_to_standard_error()
    {
        using LogBook book = Open(new LogOptions { File = folder.File("logs/reeve.log") });
        Directory.Delete(folder.File("logs"));
        File.WriteAllText(folder.File("logs"), "in the way");

        Log(book, count: 1);
        standardError.Length.ShouldBeGreaterThan(0);
        book.Lost.ShouldBe(0);

        long before = standardError.Length;
        File.Delete(folder.File("logs"));
        Directory.CreateDirectory(folder.File("logs"));
        Log(book, count: 1);
        standardError.Length.ShouldBe(before);
    }

    [Fact]
    public void A_file_that_cannot_be_written_refuses_the_start()
    {
        Directory.CreateDirectory(LogPath);

        Should.Throw<ReeveException>(() => Open(new LogOptions { File = LogPath })).Error.Code.ShouldBe("LOG-002");
    }

    [Fact]
    public void A_log_without_records_leaves_no_file()
    {
        Open(new LogOptions { File = LogPath }).Dispose();

        Names().ShouldBeEmpty();
        LogFiles.Of(LogPath).ShouldBeEmpty();
    }

    [Fact]
    public async Task Records_of_many_threads_stay_whole()
    {
        using (LogBook book = Open(new LogOptions { File = LogPath, MaxFileBytes = 8 * 1024, KeptFiles = 100 }))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Log(book, count: 50), TestContext.Current.CancellationToken)));
        }

        Messages().Count.ShouldBe(400);
    }

    private LogBook Open(LogOptions options) => LogBook.Open(options, clock, standardError);

    private static void Log(LogBook book, int count)
    {
        ILogger logger = book.Factory.CreateLogger("Reeve.Engine.Pipeline.Runner");
        for (int n = 0; n < count; n++)
        {
            logger.LogInformation("message {N}", n);
        }
    }

    private string[] Names() =>
        [.. Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path)!).Where(name => !name.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private List<string> Messages() =>
        [.. LogFiles.Of(LogPath).SelectMany(LogFiles.ReadLines).Select(line => LogRecord.Parse(line).ShouldNotBeNull().Message)];
}
