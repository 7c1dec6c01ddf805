using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.create</c> with <c>incognito</c>: the rules are the original's, and nothing of what is said comes to a disk.</summary>
public sealed class Leaves_nothing_of_incognito_sessions() : WithClient("tools:{exec:{mode:'full'}},")
{
    private readonly string _secret = $"zebra{Guid.NewGuid():N}";

    [Fact]
    public async Task No_file_has_a_word_of_it()
    {
        string key = await CreateAsync($$"""{"incognito":true,"label":"label {{_secret}}"}""");
        await Client.ChatAsync(key, $"tell {_secret} [text:{_secret} told]");
        Model.Enqueue(ModelAnswer.Call("exec", $$"""{"command":"for i in $(seq 1 9000); do echo {{_secret}} {{_secret}}; done"}"""));
        Model.Enqueue(ModelAnswer.Say($"printed {_secret}"));
        await Client.ChatAsync(key, "print it");
        await Client.CallAsync("chat.inject", $$"""{"sessionKey":"{{key}}","message":"injected {{_secret}}"}""");
        string fork = (await Client.CallAsync("sessions.fork", $$"""{"sessionKey":"{{key}}","entryId":"{{await IdOfAsync(key, "print it")}}"}""")).GetProperty("sessionKey").GetString()!;
        await Client.ChatAsync(fork, $"go on {_secret} [text:on]");
        await Client.CallAsync("sessions.rewind", $$"""{"sessionKey":"{{key}}","entryId":"{{await IdOfAsync(key, "print it")}}"}""");
        await Client.CallAsync("sessions.compact", $$"""{"key":"{{key}}"}""");
        // A session that is kept is written before the disk is looked at: what came before it would be there, too.
        await Client.ChatAsync("main", "kept [text:keptmarker]");

        Assert.NotEmpty(FilesWith("keptmarker"));
        Assert.Empty(FilesWith(_secret));
        await Client.CallAsync("sessions.delete", $$"""{"key":"{{fork}}"}""");
        Assert.Empty(FilesWith(_secret));
        await RestartAsync();
        Assert.Empty(FilesWith(_secret));
        Assert.Empty(await Client.HistoryAsync(key));
        Assert.Contains("was not found", await RefusalAsync("chat.send", $$"""{"sessionKey":"{{key}}","message":"again","idempotencyKey":"k"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_a_session_for_its_own_calls_and_for_no_list()
    {
        string key = await CreateAsync("""{"incognito":true}""");
        Assert.StartsWith("agent:main:dashboard:incognito-", key, StringComparison.Ordinal);
        await Client.ChatAsync(key, $"{_secret} [text:heard]");
        await Client.ChatAsync(key, "again [text:twice]");

        Assert.Equal(4, (await Client.HistoryAsync(key)).Count);
        Assert.Contains("heard", Encoding.UTF8.GetString(Model.ChatRequests[^1].Body.Span), StringComparison.Ordinal); // it remembers within itself
        JsonElement row = (await Client.CallAsync("sessions.describe", $$"""{"key":"{{key}}"}""")).GetProperty("session");
        Assert.True(row.GetProperty("incognito").GetBoolean());
        Assert.Equal(0, (await Client.CallAsync("sessions.list")).GetProperty("sessions").GetArrayLength());
        Assert.Equal(0, (await Client.CallAsync("sessions.search", $$"""{"query":"{{_secret}}"}""")).GetProperty("results").GetArrayLength());
        Assert.Equal(0, (await Client.CallAsync("sessions.search", $$"""{"query":"{{_secret}}","sessionKeys":["{{key}}"]}""")).GetProperty("results").GetArrayLength());
        string child = await CreateAsync($$"""{"parentSessionKey":"{{key}}"}""");
        Assert.StartsWith("agent:main:dashboard:incognito-", child, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_ends_it()
    {
        string key = await CreateAsync("""{"incognito":true}""");
        await Client.ChatAsync(key, "hello [text:hello]");
        await Client.CallAsync("sessions.subscribe");

        JsonElement answer = await Client.CallAsync("sessions.reset", $$"""{"key":"{{key}}"}""");

        Assert.Equal($$"""{"ok":true,"key":"{{key}}","deleted":true}""", answer.GetRawText());
        JsonElement told = await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("sessions.changed"));
        Assert.Equal("delete", told.GetProperty("payload").GetProperty("reason").GetString());
        Assert.Empty(await Client.HistoryAsync(key));
        Assert.Contains($"unknown session: {key}", await RefusalAsync("sessions.reset", $$"""{"key":"{{key}}"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"incognito":true,"key":"agent:main:foo"}""", "incognito sessions are web-only")]
    [InlineData("""{"key":"agent:main:dashboard:incognito-abc"}""", "incognito-shaped session keys require incognito: true")]
    [InlineData("""{"incognito":true,"parentSessionKey":"agent:main:nobody"}""", "unknown parent session: agent:main:nobody")]
    [InlineData("""{"incognito":true,"parentSessionKey":"main"}""", "incognito sessions cannot have durable parents")]
    public async Task The_rules_are_those_of_the_original(string parameters, string refusal)
    {
        await Client.ChatAsync("main", "there [text:is one]");
        Assert.Contains(refusal, await RefusalAsync("sessions.create", parameters), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_administrator_makes_one()
    {
        string key = await CreateAsync("""{"incognito":true,"key":"agent:main:dashboard:incognito-mine"}""");
        Assert.Contains("immutable", await RefusalAsync("sessions.create", $$"""{"incognito":true,"key":"{{key}}"}"""), StringComparison.Ordinal);
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
        foreach (string parameters in (string[])["""{"incognito":true}""", $$"""{"parentSessionKey":"{{key}}"}""", """{"key":"agent:main:dashboard:incognito-x"}"""])
        {
            Assert.Contains("operator.admin", (await RefusedAsync(writer, "sessions.create", parameters)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_are_read_and_not_kept()
    {
        string key = await CreateAsync("""{"incognito":true}""");
        string text = Convert.ToBase64String(Encoding.UTF8.GetBytes($"note {_secret}"));
        string binary = Convert.ToBase64String([0, 1, 2, 3]);
        await Client.CallAsync("chat.send", Send("one", "note.txt", "text/plain", text));
        await Client.FollowAsync("one");

        Assert.Contains(_secret, Encoding.UTF8.GetString(Model.ChatRequests[^1].Body.Span), StringComparison.Ordinal);
        Assert.Empty(FilesWith(_secret));
        Assert.Contains("cannot be attached in an incognito session", await RefusalAsync("chat.send", Send("two", "a.bin", "application/octet-stream", binary)), StringComparison.Ordinal);

        string Send(string id, string name, string type, string content) => $$"""
            {"sessionKey":"{{key}}","message":"see [text:seen]","idempotencyKey":"{{id}}","attachments":[{"type":"file","fileName":"{{name}}","mimeType":"{{type}}","content":"{{content}}"}]}
            """;
    }

    private async Task<string> CreateAsync(string parameters) => (await Client.CallAsync("sessions.create", parameters)).GetProperty("key").GetString()!;

    private async Task<string> IdOfAsync(string key, string text) =>
        (await Client.CallAsync("chat.history", $$"""{"sessionKey":"{{key}}"}""")).GetProperty("messages").EnumerateArray()
            .First(message => GatewayTestClient.TextOf(message) == text).GetProperty("__openclaw").GetProperty("id").GetString()!;

    // Every file of the gateway's home: database with its log, transcripts, workspace, logs, temporary files.
    private List<string> FilesWith(string word)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(word);
        List<string> found = [];
        foreach (string path in Directory.EnumerateFiles(Gateway.Home.Root, "*", SearchOption.AllDirectories))
        {
            if (path.EndsWith("/gateway.lock", StringComparison.Ordinal))
            {
                continue; // held, and empty
            }

            try
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using MemoryStream bytes = new();
                file.CopyTo(bytes);
                if (bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(wanted) >= 0)
                {
                    found.Add(path);
                }
            }
            catch (FileNotFoundException)
            {
                // it ended in between
            }
        }

        return found;
    }
}
