using Reeve.Core.Values;

namespace Reeve.Tests.Redaction;

/// <summary>Random trees with one secret in them, planted in one of the ways secrets get into records.</summary>
internal static class Planted
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly string[] Names =
    [
        "password", "Passwd", "api_key", "apiKey", "API-KEY", "x-api-key", "token", "accessToken", "refresh_token", "secret", "credential",
        "private_key", "client_secret", "clientSecret", "authorization", "Authorization", "db_password", "sessionToken", "AUTH_TOKEN",
    ];

    private static readonly string[] Harmless = ["id", "amount", "note", "tokens_used", "status", "author", "nested", "items"];

    /// <summary>A secret of 16 to 40 characters that occurs nowhere else by chance.</summary>
    public static string Secret(Random random) => "Zq" + new string(random.GetItems<char>(Letters, random.Next(14, 38)));

    /// <summary>A tree of the given depth with the secret in one place.</summary>
    public static Value Tree(Random random, string secret, int depth)
    {
        if (depth == 0)
        {
            return Leaf(random, secret);
        }

        Value inner = Tree(random, secret, depth - 1);
        if (random.Next(3) == 0)
        {
            return Value.Of(new ListValue([Value.Of(random.Next()), inner, Value.Of("plain text")]));
        }

        string[] names = [.. Harmless.OrderBy(_ => random.Next()).Take(3)];
        return Value.Of(ObjectMap.Of((names[0], Value.Of(1.5)), (names[1], inner), (names[2], Value.Null)));
    }

    private static Value Leaf(Random random, string secret)
    {
        string name = Names[random.Next(Names.Length)];
        return random.Next(12) switch
        {
            0 => Value.Of(ObjectMap.Of((name, Value.Of(secret)))),
            1 => Value.Of(ObjectMap.Of((name, Value.Of(new ListValue([Value.Of(secret), Value.Of(1)]))))),
            2 => Value.Of(ObjectMap.Of((name, Value.Of(ObjectMap.Of(("inner", Value.Of(secret))))))),
            3 => Value.Of($"calling with {name}={secret} failed"),
            4 => Value.Of($"{name}: {secret}\nnext line"),
            5 => Value.Of($"curl -H 'Authorization: Bearer {secret}' https://host"),
            6 => Value.Of($"amqp://worker:{secret}@broker:5672/vhost"),
            7 => Value.Of(JsonText.ToText(Value.Of(ObjectMap.Of((name, Value.Of(secret)), ("n", Value.Of(1)))))),
            8 => Value.Of(ObjectMap.Of(("name", Value.Of(name)), ("value", Value.Of(secret)))),
            9 => Value.Of($"<request><{name}>{secret}</{name}></request>"),
            10 => Value.Of($"bearer {secret}"),
            _ => Value.Of(ObjectMap.Of(($"https://svc:{secret}@host/", Value.True))),
        };
    }
}
