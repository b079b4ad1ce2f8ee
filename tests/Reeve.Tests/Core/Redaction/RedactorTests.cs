using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Tests.Redaction;

/// <summary>What is hidden and what is left alone.</summary>
public sealed class RedactorTests
{
    private const string ReeveKey = "rv_0123456789abcdefghijkl_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

    [Theory]
    [InlineData("password")]
    [InlineData("Passwd")]
    [InlineData("userPassword2")]
    [InlineData("dbpassword")]
    [InlineData("api_key")]
    [InlineData("apiKey")]
    [InlineData("APIKey")]
    [InlineData("API-KEY")]
    [InlineData("x-api-key")]
    [InlineData("X-API-KEY-2")]
    [InlineData("token")]
    [InlineData("accessToken")]
    [InlineData("accesstoken")]
    [InlineData("refresh_token")]
    [InlineData("token_value")]
    [InlineData("oauth2Token")]
    [InlineData("secret")]
    [InlineData("client_secret")]
    [InlineData("CLIENTSECRET")]
    [InlineData("secrets")]
    [InlineData("credential")]
    [InlineData("Credentials")]
    [InlineData("private_key")]
    [InlineData("privateKeyPem")]
    [InlineData("authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("authorizationHeader")]
    [InlineData("Set-Cookie")]
    [InlineData("auth")]
    public void Values_under_a_secret_name_are_hidden(string name)
    {
        Value redacted = Redactor.Redact(Value.Of(ObjectMap.Of((name, Value.Of("hunter2")), ("other", Value.Of("hunter3")))));

        redacted.ToString().ShouldBe($$"""{"{{name}}":"[REDACTED]","other":"hunter3"}""");
        Redactor.IsSecretName(name).ShouldBeTrue();
    }

    [Theory]
    [InlineData("tokenize")]
    [InlineData("tokenizer")]
    [InlineData("tokens_used")]
    [InlineData("token_count")]
    [InlineData("token_type")]
    [InlineData("estimated_context_tokens_used")]
    [InlineData("secretary")]
    [InlineData("author")]
    [InlineData("authorized_by")]
    [InlineData("authorization_status")]
    [InlineData("primary_key")]
    [InlineData("key")]
    [InlineData("passenger")]
    [InlineData("accountId")]
    [InlineData("")]
    public void Other_names_are_left_alone(string name)
    {
        Value value = Value.Of(ObjectMap.Of((name, Value.Of("hunter2"))));

        Redactor.Redact(value).AsMap().ShouldBeSameAs(value.AsMap());
        Redactor.IsSecretName(name).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"max_tokens":512}""", """{"max_tokens":512}""")]
    [InlineData("""{"tokens":["a1","b2"]}""", """{"tokens":"[REDACTED]"}""")]
    [InlineData("""{"password":12345}""", """{"password":"[REDACTED]"}""")]
    [InlineData("""{"has_password":true,"secret":null}""", """{"has_password":true,"secret":null}""")]
    [InlineData("""{"credentials":{"user":"u","pass":"p"}}""", """{"credentials":"[REDACTED]"}""")]
    [InlineData("""{"a":[{"b":{"apiKey":"k"}}]}""", """{"a":[{"b":{"apiKey":"[REDACTED]"}}]}""")]
    [InlineData("""[{"name":"Authorization","value":"abc"},{"name":"Accept","value":"json"}]""", """[{"name":"Authorization","value":"[REDACTED]"},{"name":"Accept","value":"json"}]""")]
    [InlineData("""{"https://u:p@h":1,"https://v:q@h":2}""", """{"https://[REDACTED]@h":1,"https://[REDACTED]@h (2)":2}""")]
    [InlineData("""{"n":1.50,"body":"{\"password\":\"x y\"}"}""", """{"n":1.50,"body":"{\"password\":\"[REDACTED]\"}"}""")]
    public void Trees_are_redacted_at_every_depth(string json, string expected) =>
        Redactor.Redact(JsonText.Parse(json)).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("GET /x?user=a&api_key=abc123&page=2", "GET /x?user=a&api_key=[REDACTED]&page=2")]
    [InlineData("password: hunter2, user: bob", "password: [REDACTED], user: bob")]
    [InlineData("Host=db;Password=a!b#c;Timeout=3", "Host=db;Password=[REDACTED];Timeout=3")]
    [InlineData("{\"token\":\"a\\\"b\",\"n\":1}", "{\"token\":\"[REDACTED]\",\"n\":1}")]
    [InlineData("\"{\\\"token\\\":\\\"abc\\\",\\\"n\\\":1}\"", "\"{\\\"token\\\":\\\"[REDACTED]\\\",\\\"n\\\":1}\"")]
    [InlineData("Authorization: Digest user=\"x\"\nAccept: json", "Authorization: [REDACTED]\"x\"\nAccept: json")]
    [InlineData("Cookie: a=1; b=2\nAccept: json", "Cookie: [REDACTED]\nAccept: json")]
    [InlineData("sent Bearer abc.def-123 to host", "sent Bearer [REDACTED] to host")]
    [InlineData("Basic dXNlcjpwYXNz and basic information", "Basic [REDACTED] and basic information")]
    [InlineData("postgres://app:s3cr%t@db:5432/x", "postgres://[REDACTED]@db:5432/x")]
    [InlineData("https://ghtoken@host/x and mail a@b.example", "https://[REDACTED]@host/x and mail a@b.example")]
    [InlineData("key " + ReeveKey + ".", "key [REDACTED].")]
    [InlineData("<a><ns:secret id=\"1\">x</ns:secret></a>", "<a><ns:secret id=\"1\">[REDACTED]</ns:secret></a>")]
    [InlineData("run --client-secret abc --verbose", "run --client-secret [REDACTED] --verbose")]
    [InlineData("run --token=abc -v", "run --token=[REDACTED] -v")]
    [InlineData("Private key: abc", "Private key: [REDACTED]")]
    [InlineData("config[\"password\"] = 'a b'", "config[\"password\"] = '[REDACTED]'")]
    [InlineData("credentials: {\"user\": \"u}\", \"p\": [1]} end", "credentials: [REDACTED] end")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest", "[REDACTED]\nrest")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nabc cut", "[REDACTED]")]
    [InlineData("jwt eyJhbGciOiJI.eyJzdWIiOiIx.sig_1 end", "jwt [REDACTED] end")]
    [InlineData("password => \"x\"", "password => \"[REDACTED]\"")]
    [InlineData("password := x", "password := [REDACTED]")]
    [InlineData("password=\"cut off", "password=\"[REDACTED]")]
    public void Secrets_in_text_are_hidden(string text, string expected) => Redactor.Redact(text).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("The step failed: 3 of 4 tokens used, tokens=512, token_count: 4.")]
    [InlineData("https://host:8080/path?x=a@b.example")]
    [InlineData("a - b -- c <d> e = f : g")]
    [InlineData("password=")]
    [InlineData("has_secret: true")]
    [InlineData("see secretary: Smith")]
    public void Text_without_a_secret_is_returned_as_it_is(string text) => Redactor.Redact(text).ShouldBeSameAs(text);

    [Fact]
    public void Planted_secrets_never_survive()
    {
        const int Seed = 20261120;
        Random random = new(Seed);
        for (int round = 0; round < 3000; round++)
        {
            string secret = Planted.Secret(random);
            Value tree = Planted.Tree(random, secret, depth: 4);
            string shown = JsonText.ToText(Redactor.Redact(tree));

            shown.ShouldNotContain(secret, Case.Sensitive, $"seed {Seed}, round {round}, planted in {tree}");
            Redactor.Redact(JsonText.ToText(tree)).ShouldNotContain(secret, Case.Sensitive, $"as text; seed {Seed}, round {round}, planted in {tree}");
        }
    }

    [Fact]
    public void Redacting_twice_changes_nothing()
    {
        const int Seed = 7;
        Random random = new(Seed);
        for (int round = 0; round < 1000; round++)
        {
            string once = Redactor.Redact(JsonText.ToText(Planted.Tree(random, Planted.Secret(random), depth: 3)));

            Redactor.Redact(once).ShouldBe(once, $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void Any_text_has_an_answer()
    {
        const int Seed = 99;
        const string Alphabet = "=:<>-\"'`\\{}[]/@ \n.;,&token password=bearer";
        Random random = new(Seed);
        for (int round = 0; round < 20000; round++)
        {
            string text = new(random.GetItems<char>(Alphabet, random.Next(0, 60)));

            Should.NotThrow(() => Redactor.Redact(text), $"seed {Seed}, round {round}: {text}");
        }
    }

    [Theory]
    [InlineData("password:")]
    [InlineData("<token>")]
    [InlineData("token=[\"")]
    [InlineData("--")]
    [InlineData("a://")]
    [InlineData("eyJaaaaaa.")]
    public async Task A_long_text_takes_linear_time(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));

        // A quadratic scan of a million characters takes minutes; this one tenths of a second.
        await Task.Run(() => Redactor.Redact(text), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}
