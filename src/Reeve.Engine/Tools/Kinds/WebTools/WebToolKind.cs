using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>Tools behind an address: requests, signed webhooks, and the actions of workflow systems, which are requests as well.</summary>
public sealed class WebToolKind : IToolKind
{
    // Of reads alone, and to where they were sent already.
    private const int MostRedirects = 3;

    private readonly OutboundClient client;
    private readonly ISecrets secrets;
    private readonly TimeProvider clock;
    private readonly OAuthTokens tokens;

    /// <summary>Calls through a client; secrets are asked for at each attempt.</summary>
    public WebToolKind(OutboundClient client, ISecrets secrets, TimeProvider clock)
    {
        this.client = client;
        this.secrets = secrets;
        this.clock = clock;
        tokens = new OAuthTokens(client, clock);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Http, ToolType.Webhook, ToolType.Workflow];

    /// <inheritdoc/>
    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool) => new WebDefinition(tool, client.Guard).Problems;

    /// <inheritdoc/>
    /// <remarks>Where an argument cannot stand in the path the call is never made, and the address is the one of the pack.</remarks>
    public string Target(ToolDefinition tool, ObjectMap arguments)
    {
        WebDefinition definition = new(tool, client.Guard);
        return $"{definition.Method.Method} {definition.Endpoint?.Fill(arguments, out _)?.AbsoluteUri ?? definition.Endpoint?.ToString()}";
    }

    /// <inheritdoc/>
    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        WebDefinition definition = new(attempt.Tool, client.Guard);
        if (definition.Problems is [var first, ..])
        {
            return new AttemptResult.NotRun(first, null);
        }

        // Not null: the definition has no problem.
        if (definition.Endpoint!.Fill(attempt.Arguments, out ReeveError? error) is not { } address)
        {
            return new AttemptResult.NotRun(error!, null);
        }

        SecretScrub scrub = new();
        WebRequests requests = new(attempt, definition, new SecretReader(secrets, attempt.TenantId, scrub), clock);
        WebAnswer answer = new(attempt, definition, scrub, client.Options.AnswerBytes, clock);
        Round round = new(attempt, definition, requests, answer, requests.WithQuery(address));
        (AttemptResult result, bool isUnauthorised) = await SendAsync(round, refused: null, cancellationToken);

        // A token that was good when it was fetched may have been taken back since: what answers 401 did not run.
        return isUnauthorised ? (await SendAsync(round, round.Token, cancellationToken)).Result : result;
    }

    private async ValueTask<(AttemptResult Result, bool IsUnauthorised)> SendAsync(Round round, string? refused, CancellationToken cancellationToken)
    {
        bool isKept = false;
        Uri target = round.Address;
        for (int redirects = 0; ; redirects++)
        {
            OutboundCall call = new()
            {
                TenantId = round.Attempt.TenantId,
                AllowHosts = round.Definition.AllowHosts,
                BeforeSending = round.Attempt.BeforeSending,
            };
            try
            {
                if (round.Definition.Auth is WebAuth.OAuth oauth && redirects == 0)
                {
                    TokenUse use = new(round.Attempt.TenantId, round.Attempt.Tool.Name, oauth);
                    (round.Token, isKept) = await tokens.GetAsync(
                        use, round.Definition.AllowHosts, refused, () => round.Requests.Secrets.ReadAsync(oauth.ClientSecret, cancellationToken), cancellationToken);
                    round.Requests.Secrets.Hide(round.Token);
                }

                using HttpRequestMessage request = await round.Requests.MakeAsync(target, round.Token, cancellationToken);
                using HttpResponseMessage response = await client.SendAsync(request, call, cancellationToken);
                if (redirects < MostRedirects && Next(round, target, response) is { } next)
                {
                    target = next;
                    continue;
                }

                bool isUnauthorised = isKept && refused is null && response.StatusCode == System.Net.HttpStatusCode.Unauthorized;
                return (await round.Answer.JudgeAsync(response, cancellationToken), isUnauthorised);
            }
            catch (ReeveException fault)
            {
                return (call.HasBegun ? new AttemptResult.Unclear(Named(round, fault.Error)) : new AttemptResult.NotRun(Named(round, fault.Error), null), false);
            }
            catch (OperationCanceledException) when (call.HasBegun || redirects > 0)
            {
                return (new AttemptResult.Unclear(round.Answer.Error(ErrorCatalogue.Tools.TimedOut, "Its answer did not come in time.")), false);
            }
            catch (OperationCanceledException) when (refused is not null)
            {
                return (new AttemptResult.NotRun(round.Answer.Error(ErrorCatalogue.Tools.TimedOut, "It refused the token, and there was no time to ask again with another."), null), false);
            }
        }
    }

    // A redirect of a read that leads to where it was sent; all others are answers.
    private static Uri? Next(Round round, Uri asked, HttpResponseMessage response) =>
        round.Attempt.Tool.Effect == ToolEffect.Read && !round.Definition.HasBody && (int)response.StatusCode is 301 or 302 or 303 or 307 or 308
        && response.Headers.Location is { } location && Uri.TryCreate(asked, location, out Uri? target)
        && Uri.Compare(asked, target, UriComponents.SchemeAndServer | UriComponents.UserInfo, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
            ? target
            : null;

    private static ReeveError Named(Round round, ReeveError error) => new(error.Kind, error.Message, error.Subject ?? round.Attempt.Tool.Name.Value, error.Position, error.NextStep);

    private sealed record Round(Attempt Attempt, WebDefinition Definition, WebRequests Requests, WebAnswer Answer, Uri Address)
    {
        public string? Token { get; set; }
    }
}
