using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Engine.Tools.Kinds.McpTools;

namespace Reeve.Tests.Engine.Tools.Kinds.McpTools;

/// <summary>
/// MCP servers over pipes that say byte for byte what a test has them say, and note what they were asked. Each start is a server of its own; all of one test play by one script.
/// </summary>
internal sealed class ScriptedServer : IMcpPrograms
{
    private readonly Lock changing = new();
    private readonly List<JsonObject> asked = [];

    /// <summary>The members of its tools' definitions, as it writes them.</summary>
    internal string Tools { get; set; } = """[{"name":"pay","description":"Pays.","inputSchema":{"type":"object"}}]""";

    /// <summary>What it does with a call; the text is all that it writes, and none is written of null. By default it answers with a text.</summary>
    internal Func<JsonObject, ScriptedConnection, Task<string?>> Call { get; set; } = static (call, _) => Task.FromResult<string?>(Answer(call, """{"content":[{"type":"text","text":"done"}]}"""));

    /// <summary>Done before it answers what tools it has; the page's cursor, null for the first.</summary>
    internal Func<JsonObject, ScriptedConnection, Task<string?>>? List { get; set; }

    /// <summary>Whether it starts at all.</summary>
    internal bool Starts { get; set; } = true;

    /// <summary>Whether it answers the first question.</summary>
    internal bool Speaks { get; set; } = true;

    /// <summary>How many were started.</summary>
    internal int Started { get; private set; }

    /// <summary>How many of those were ended.</summary>
    internal int Ended { get; private set; }

    /// <summary>What it was asked by this method, and answered.</summary>
    internal IReadOnlyList<JsonObject> Asked(string method)
    {
        lock (changing)
        {
            return [.. asked.Where(message => (string?)message["method"] == method)];
        }
    }

    /// <summary>What came back to questions of its own.</summary>
    internal IReadOnlyList<JsonObject> Replies()
    {
        lock (changing)
        {
            return [.. asked.Where(message => message["method"] is null)];
        }
    }

    internal static string Answer(JsonObject request, string result) => $$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"result":{{result}}}""";

    internal static string Refusal(JsonObject request, int code) => $$$"""{"jsonrpc":"2.0","id":{{{request["id"]!.ToJsonString()}}},"error":{"code":{{{code}}},"message":"no"}}""";

    public IMcpProgram Start(IReadOnlyList<string> command)
    {
        if (!Starts)
        {
            throw new IOException("It does not start.");
        }

        lock (changing)
        {
            Started++;
        }

        return new ScriptedConnection(this);
    }

    private void Note(JsonObject message)
    {
        lock (changing)
        {
            asked.Add(message);
        }
    }

    private void NoteEnd()
    {
        lock (changing)
        {
            Ended++;
        }
    }

    /// <summary>One that runs.</summary>
    internal sealed class ScriptedConnection : IMcpProgram
    {
        private readonly ScriptedServer script;
        private readonly Pipe toServer = new();
        private readonly Pipe fromServer = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly Stream output;
        private readonly SemaphoreSlim writing = new(1);
        private readonly Task running;

        internal ScriptedConnection(ScriptedServer script)
        {
            this.script = script;
            Input = toServer.Writer.AsStream();
            Output = fromServer.Reader.AsStream();
            output = fromServer.Writer.AsStream();
            running = RunAsync();
        }

        public Stream Input { get; }

        public Stream Output { get; }

        /// <summary>Writes a line.</summary>
        internal async Task SayAsync(string line)
        {
            await writing.WaitAsync();
            try
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
                await output.FlushAsync();
            }
            finally
            {
                writing.Release();
            }
        }

        /// <summary>Dies as a process does: both pipes are at their end.</summary>
        internal void Die()
        {
            fromServer.Writer.Complete();
            toServer.Reader.Complete();
        }

        public async ValueTask DisposeAsync()
        {
            await Input.DisposeAsync();
            Die();
            await running;
            script.NoteEnd();
        }

        private async Task RunAsync()
        {
            List<Task> answering = [];
            try
            {
                using StreamReader lines = new(toServer.Reader.AsStream());
                while (await lines.ReadLineAsync() is { } line)
                {
                    JsonObject message = JsonNode.Parse(line)!.AsObject();
                    script.Note(message);
                    answering.Add(AnswerAsync(message));
                }
            }
            catch (InvalidOperationException)
            {
                // It died while it read.
            }

            await Task.WhenAll(answering);
        }

        private async Task AnswerAsync(JsonObject message)
        {
            string? line = (string?)message["method"] switch
            {
                "initialize" when script.Speaks => Answer(message, """{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"scripted","version":"1"}}"""),
                "tools/list" => script.List is { } list ? await list(message, this) : Answer(message, $$"""{"tools":{{script.Tools}}}"""),
                "tools/call" => await script.Call(message, this),
                _ when message["id"] is not null && message["method"] is not null && script.Speaks => Refusal(message, -32601),
                _ => null,
            };
            if (line is not null)
            {
                await SayAsync(line);
            }
        }
    }
}
