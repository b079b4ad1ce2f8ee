using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Server.LocalCommands;

namespace Reeve.IntegrationTests.Server;

/// <summary>Commands that one process has another one do, over a real socket.</summary>
public sealed class LocalCommandTests : IAsyncDisposable
{
    private const string Token = "the-token-of-the-lock-file";

    private static readonly LocalCommand Command = new()
    {
        Words = ["exceptions", "list", "", "ä 🙂\n\"--x"], Folder = Path.GetTempPath(),
    };

    private WebApplication? server;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Words_folder_and_input_arrive_and_both_streams_come_back_with_the_exit_code()
    {
        LocalCommand? arrived = null;
        Uri holder = await ServeAsync(async (command, streams, cancellationToken) =>
        {
            arrived = command;
            await streams.Input.CopyToAsync(streams.Output, cancellationToken);
            streams.Error.Write("talk"u8);
            return 3;
        });
        Answer answer = await SendAsync(holder, Token, "what stands at standard input"u8.ToArray());

        answer.Code.ShouldBe(3);
        answer.Output.ShouldBe("what stands at standard input");
        answer.Error.ShouldBe("talk");
        arrived.ShouldNotBeNull();
        arrived.Words.ShouldBe(Command.Words);
        arrived.Folder.ShouldBe(Command.Folder);
    }

    [Fact]
    public async Task Neither_side_waits_for_the_other_when_much_goes_both_ways()
    {
        byte[] much = new byte[24 * 1024 * 1024];
        new Random(7).NextBytes(much);
        Uri holder = await ServeAsync(static async (_, streams, cancellationToken) =>
        {
            await streams.Input.CopyToAsync(streams.Output, cancellationToken);
            return 0;
        });

        using MemoryStream output = new();
        int? code = await LocalCommandClient.SendAsync(holder, Token, Command, new LocalStreams(new MemoryStream(much), output, Stream.Null), TestContext.Current.CancellationToken);

        code.ShouldBe(0);
        output.ToArray().AsSpan().SequenceEqual(much).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    [InlineData("the-token-of-the-lock-filE")]
    public async Task Whoever_has_not_the_token_finds_no_such_route_and_nothing_is_done(string token)
    {
        bool isDone = false;
        Uri holder = await ServeAsync((_, _, _) =>
        {
            isDone = true;
            return Task.FromResult(0);
        });

        (await LocalCommandClient.SendAsync(holder, token, Command, new LocalStreams(Stream.Null, Stream.Null, Stream.Null), TestContext.Current.CancellationToken)).ShouldBeNull();
        isDone.ShouldBeFalse();
    }

    [Fact]
    public async Task A_body_that_is_no_command_is_refused()
    {
        Uri holder = await ServeAsync(static (_, _, _) => Task.FromResult(0));
        using HttpClient client = new();
        foreach (byte[] body in new byte[][] { [], [0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 2, (byte)'{', (byte)'}'], [0xFF, 0xFF, 0xFF, 0xFF, 1] })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(holder, "/local/commands")) { Content = new ByteArrayContent(body) };
            request.Headers.Add("Reeve-Local-Token", Token);
            (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_command()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Uri holder = await ServeAsync(async (_, streams, cancellationToken) =>
        {
            streams.Output.Write("."u8);
            begun.SetResult();
            await using CancellationTokenRegistration registration = cancellationToken.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        });

        using CancellationTokenSource caller = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int?> sent = LocalCommandClient.SendAsync(holder, Token, Command, new LocalStreams(Stream.Null, Stream.Null, Stream.Null), caller.Token);
        await begun.Task;
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(sent);
        await cancelled.Task;
    }

    [Fact]
    public async Task An_answer_without_an_exit_code_was_cut_off_and_a_holder_that_is_gone_did_nothing()
    {
        Uri holder = await ServeAsync(static (_, streams, _) =>
        {
            streams.Output.Write("half"u8);
            throw new InvalidOperationException("a defect");
        });

        ReeveException fault = await Should.ThrowAsync<ReeveException>(SendAsync(holder, Token, []));
        fault.Error.Code.ShouldBe("STORE-003");

        await server!.StopAsync(TestContext.Current.CancellationToken);
        (await LocalCommandClient.SendAsync(holder, Token, Command, new LocalStreams(Stream.Null, Stream.Null, Stream.Null), TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    private static async Task<Answer> SendAsync(Uri holder, string token, byte[] input)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        int? code = await LocalCommandClient.SendAsync(holder, token, Command, new LocalStreams(new MemoryStream(input), output, error), TestContext.Current.CancellationToken);
        return new Answer(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    private async Task<Uri> ServeAsync(LocalCommandHandler handler)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        server = builder.Build();
        server.UseRouting();
        server.MapLocalCommands(Token, handler);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    private sealed record Answer(int? Code, string Output, string Error);
}
