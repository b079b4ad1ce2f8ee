using System.Net.Http.Headers;
using System.Text;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>Makes the requests of one attempt.</summary>
internal sealed class WebRequests(Attempt attempt, WebDefinition definition, SecretReader secrets, TimeProvider clock)
{
    internal SecretReader Secrets => secrets;

    /// <summary>The address with the arguments that do not stand in it already, where the method has no body: one parameter each, a list repeats its name, an object is JSON, null is left out.</summary>
    internal Uri WithQuery(Uri address)
    {
        if (definition.HasBody)
        {
            return address;
        }

        StringBuilder query = new(address.Query);
        ObjectMap rest = Rest();
        for (int i = 0; i < rest.Count; i++)
        {
            if (rest.Values[i].ListOrNull() is not { } list)
            {
                Append(query, rest.Keys[i], rest.Values[i]);
                continue;
            }

            foreach (Value item in list.Items)
            {
                Append(query, rest.Keys[i], item);
            }
        }

        return query.Length == 0 ? address : new Uri(address.GetLeftPart(UriPartial.Path) + query);
    }

    /// <summary>The request of an attempt, with its secrets in it.</summary>
    /// <exception cref="Core.Errors.ReeveException">TOOL-025: a secret is not there, or is none.</exception>
    internal async ValueTask<HttpRequestMessage> MakeAsync(Uri target, string? token, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(definition.Method, target);
        byte[] body = [];
        if (definition.HasBody)
        {
            body = JsonText.ToUtf8(Value.Of(Rest()));
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.Headers.TryAddWithoutValidation("Accept", "application/json, */*;q=0.5");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "Reeve");
        foreach (var (name, value) in definition.Headers)
        {
            Set(request, name, await secrets.FillAsync(value, cancellationToken));
        }

        if (attempt.Tool.Effect == ToolEffect.Write)
        {
            Set(request, attempt.Tool.IdempotencyHeader, attempt.IdempotencyKey);
        }

        if (attempt.Tool.Type == ToolType.Webhook)
        {
            Set(request, "webhook-id", attempt.IdempotencyKey);
            Set(request, "webhook-timestamp", WebhookSignature.Timestamp(clock.GetUtcNow()));
        }

        await ProveAsync(request, body, token, cancellationToken);
        return request;
    }

    private async ValueTask ProveAsync(HttpRequestMessage request, byte[] body, string? token, CancellationToken cancellationToken)
    {
        switch (definition.Auth)
        {
            case WebAuth.ApiKey key:
                Set(request, key.Header, await secrets.ReadAsync(key.Secret, cancellationToken));
                break;
            case WebAuth.OAuth when token is not null:
                Set(request, "Authorization", $"Bearer {token}");
                break;
            case WebAuth.Signature signing:
                string given = await secrets.ReadAsync(signing.Secret, cancellationToken);
                string timestamp = request.Headers.GetValues("webhook-timestamp").Single();
                Set(request, "webhook-signature", WebhookSignature.Of(given, attempt.IdempotencyKey, timestamp, body) ?? throw SecretReader.Unfit(signing.Secret, "is no secret of webhooks: whsec_ and Base64 of 24 to 64 bytes"));
                break;
        }
    }

    // What stands in the address already is not said again.
    private ObjectMap Rest() => PlainJson.Of(Value.Of(attempt.Arguments)).MapOrNull() is ObjectMap plain ? plain.Without([.. definition.Endpoint?.Whole ?? []]) : ObjectMap.Empty;

    // The later of two wins: what the platform sets is set last.
    private static void Set(HttpRequestMessage request, string name, string value)
    {
        if (string.Equals(name, "Content-Type", StringComparison.OrdinalIgnoreCase))
        {
            request.Content?.Headers.Remove(name);
            request.Content?.Headers.TryAddWithoutValidation(name, value);
            return;
        }

        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private static void Append(StringBuilder query, string name, in Value value)
    {
        if (value.IsNull)
        {
            return;
        }

        query.Append(query.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(EndpointTemplate.TextOf(value) ?? JsonText.ToText(value)));
    }
}
