using System.Globalization;
using System.Text;

namespace Reeve.Fuzz;

/// <summary>
/// Where a campaign stands, in a file, so that it goes on after a stop and so that a case which ends the process is found
/// out: its number is written before it runs. Line 1 names the campaign, line 2 the case, the rest are failures.
/// </summary>
public sealed class CampaignState : IDisposable
{
    private readonly FileStream file;
    private readonly int caseLine;

    private CampaignState(FileStream file, int caseLine, long next, long? crashed)
    {
        this.file = file;
        this.caseLine = caseLine;
        Next = next;
        Crashed = crashed;
    }

    /// <summary>The first case that has not been run.</summary>
    public long Next { get; }

    /// <summary>The case during which the process ended; null when it was stopped between two.</summary>
    public long? Crashed { get; }

    /// <summary>Opens the state of a campaign, or begins it.</summary>
    /// <exception cref="ArgumentException">The file holds another campaign.</exception>
    public static CampaignState Open(string path, string campaign)
    {
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        string head = campaign + "\n";
        using StreamReader reader = new(file, Encoding.UTF8, leaveOpen: true);
        string[] lines = reader.ReadToEnd().Split('\n');
        if (lines.Length < 2)
        {
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(head + Line(0, "next")));
            return new CampaignState(file, Encoding.UTF8.GetByteCount(head), 0, null);
        }

        if (lines[0] != campaign)
        {
            file.Dispose();
            throw new ArgumentException($"{path} holds another campaign ({lines[0]}). Name another state file, or delete this one.");
        }

        string[] words = lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long number = long.Parse(words[1], CultureInfo.InvariantCulture);
        bool crashed = words[2] == "running";
        return new CampaignState(file, Encoding.UTF8.GetByteCount(head), crashed ? number + 1 : number, crashed ? number : null);
    }

    /// <summary>Notes that a case begins.</summary>
    public void Begin(long number) => WriteLine(number, "running");

    /// <summary>Notes that everything before a case is done.</summary>
    public void Done(long next) => WriteLine(next, "next");

    /// <summary>Keeps a failure.</summary>
    public void Keep(string failure)
    {
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(failure.ReplaceLineEndings(" ") + "\n"));
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static string Line(long number, string what) => $"case {number,12} {what,7}\n";

    private void WriteLine(long number, string what)
    {
        file.Seek(caseLine, SeekOrigin.Begin);
        file.Write(Encoding.UTF8.GetBytes(Line(number, what)));
    }
}
