using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>What MCP servers may be, and how many.</summary>
public sealed record McpOptions
{
    /// <summary>
    /// The whole command lines of servers that packs may have started, each written as a call's target shows it (<c>/usr/bin/node /opt/mcp/weather.js</c>); none unless set. A program alone would be too much:
    /// whoever chooses the arguments of an interpreter chooses what runs.
    /// </summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>How many servers are kept connected for one tenant; 8.</summary>
    public int ServersPerTenant { get; init; } = 8;

    /// <summary>How many servers are kept connected in this process; 64.</summary>
    public int Servers { get; init; } = 64;

    /// <summary>After how long without a call a server is closed; 5 minutes.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a server may take to start and say who it is; 20 s.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The largest result of a call, as JSON; in bytes, 1 MiB.</summary>
    public int AnswerBytes { get; init; } = 1024 * 1024;

    /// <summary>The largest message of a server; in bytes, 4 MiB. One that sends a larger one is closed.</summary>
    public int MessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Whether a text is a command line as <see cref="Commands"/> wants it: written as a target shows it, the program a full path.</summary>
    public static bool IsCommand(string text)
    {
        List<string> words = [];
        int at = 0;
        while (at < text.Length)
        {
            int end = text[at] == '"' ? EndOfQuoted(text, at) : text.IndexOf(' ', at);
            end = end < 0 ? text.Length : end;
            string word = text[at..end];
            try
            {
                words.Add(word.StartsWith('"') ? JsonText.Parse(word).StringOrNull() ?? "" : word);
            }
            catch (ReeveException)
            {
                return false;
            }

            at = end + 1;
        }

        // What is written in any other way than targets are would never be equal to one.
        return words.Count > 0 && McpDefinition.Line(words) == text && Path.IsPathFullyQualified(words[0]);
    }

    private static int EndOfQuoted(string text, int at)
    {
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return text.Length;
    }
}
