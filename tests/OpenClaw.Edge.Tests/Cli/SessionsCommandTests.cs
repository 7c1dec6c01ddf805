using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class SessionsCommandTests
{
    [Fact]
    public async Task List_pages_until_it_has_what_was_asked()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("sessions.list", call => call.AnswerAsync(call.Params.TryGetProperty("offset", out _)
            ? """{"totalCount":2,"hasMore":false,"sessions":[{"key":"agent:main:b","updatedAt":0}]}"""
            : """{"totalCount":2,"hasMore":true,"sessions":[{"key":"agent:main:a","updatedAt":0,"label":"a\u001bb"}]}"""));
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("sessions", "--limit", "all", "--json"));
        Assert.Equal(
            ["agent:main:a", "agent:main:b"],
            run.Json.GetProperty("sessions").EnumerateArray().Select(row => row.GetProperty("key").GetString()));
        Assert.False(run.Json.GetProperty("hasMore").GetBoolean());
        using CliRun text = new(gateway);
        Assert.Equal(0, await text.InvokeAsync("sessions", "list"));
        Assert.StartsWith("SESSION ", text.Out.ToString());
        Assert.DoesNotContain('\e', text.Out.ToString());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public async Task List_refuses_a_limit_that_is_none(string limit)
    {
        using CliRun run = new();
        Assert.Equal(2, await run.InvokeAsync("sessions", "list", "--limit", limit));
        Assert.Contains("--limit", run.Error.ToString());
    }

    [Fact]
    public async Task Export_takes_piece_after_piece()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("edge.sessions.export", call => call.AnswerAsync((call.Params.TryGetProperty("cursor", out JsonElement cursor) ? cursor.GetString() : null) switch
        {
            null => """{"key":"agent:main:main","records":1,"jsonl":"{\"type\":\"session\"}\n{\"id\":\"größer\"}\n","cursor":"1.1.a"}""",
            "1.1.a" => """{"key":"agent:main:main","records":2,"jsonl":"{\"id\":\"b\"}\n{\"id\":\"c\"}\n"}""",
            _ => """{"records":0,"jsonl":"wrong cursor"}""",
        }));
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("sessions", "export", "main"));
        Assert.Equal("{\"type\":\"session\"}\n{\"id\":\"größer\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n", run.Out.ToString());
        Assert.Equal("main", gateway.Calls("edge.sessions.export").First().GetProperty("params").GetProperty("key").GetString());

        using CliRun file = new(gateway);
        string path = file.Home.PathOf("out.jsonl");
        Assert.Equal(0, await file.InvokeAsync("sessions", "export", "main", "--output", path, "--json"));
        Assert.Equal(run.Out.ToString(), await File.ReadAllTextAsync(path));
        Assert.Equal(3, file.Json.GetProperty("records").GetInt32());
    }

    [Fact]
    public async Task An_export_of_nothing_says_so()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("edge.sessions.export", """{"key":"agent:main:main","records":0,"jsonl":"{}\n"}""");
        using CliRun run = new(gateway);
        Assert.Equal(1, await run.InvokeAsync("sessions", "export", "main"));
        Assert.Contains("'main' has no messages", run.Error.ToString());
        Assert.Equal("", run.Out.ToString());
    }

    [Fact]
    public async Task Delete_asks_first()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("sessions.delete", """{"ok":true,"deleted":true}""");
        using CliRun piped = new(gateway);
        Assert.Equal(2, await piped.InvokeAsync("sessions", "delete", "a"));
        using CliRun no = new(gateway) { Terminal = true, InIsTerminal = true, In = new StringReader("n\n") };
        Assert.Equal(1, await no.InvokeAsync("sessions", "delete", "a"));
        Assert.Empty(gateway.Requests);
        using CliRun yes = new(gateway) { Terminal = true, InIsTerminal = true, In = new StringReader("y\n") };
        Assert.Equal(0, await yes.InvokeAsync("sessions", "delete", "a"));
        Assert.EndsWith("deleted a\n", yes.Out.ToString());
        Assert.Equal(
            """["operator.admin"]""",
            gateway.Calls("connect").Single().GetProperty("params").GetProperty("scopes").GetRawText());
    }

    [Fact]
    public async Task Delete_tells_each_outcome()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("sessions.delete", call => call.Text("key") == "main"
            ? call.RefuseAsync("""{"code":"INVALID_REQUEST","message":"Cannot delete the main session (agent:main:main)."}""")
            : call.AnswerAsync("""{"ok":true,"deleted":true}"""));
        using CliRun run = new(gateway);
        Assert.Equal(1, await run.InvokeAsync("sessions", "delete", "main", "old", "--yes", "--json"));
        JsonElement[] rows = [.. run.Json.GetProperty("sessions").EnumerateArray()];
        Assert.False(rows[0].GetProperty("deleted").GetBoolean());
        Assert.True(rows[1].GetProperty("deleted").GetBoolean());
        Assert.Contains("main session", run.Json.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Config_get_hides_secrets_and_names_what_is_not_set()
    {
        using CliRun run = new();
        run.Home.Write(".openclaw/openclaw.json", "{ gateway: { port: 19000, auth: { token: 'a-long-secret-token-of-the-test' } } }");
        Assert.Equal(0, await run.InvokeAsync("config", "get", "gateway.port"));
        Assert.Equal("19000\n", run.Out.ToString());
        Assert.Equal(1, await run.InvokeAsync("config", "get", "gateway.bind"));
        Assert.Contains("'gateway.bind' is not set in ", run.Error.ToString());
        Assert.Equal(1, await run.InvokeAsync("config", "get", "gateway.prot"));
        Assert.Contains("'gateway.prot' is no key of the configuration; did you mean gateway.port?", run.Error.ToString());
        Assert.Equal(1, await run.InvokeAsync("config", "get", "gatewy"));
        Assert.Contains("did you mean gateway?", run.Error.ToString());
        using CliRun all = new();
        all.Home.Write(".openclaw/openclaw.json", "{ gateway: { auth: { token: 'a-long-secret-token-of-the-test' } } }");
        Assert.Equal(0, await all.InvokeAsync("config", "get"));
        Assert.DoesNotContain("a-long-secret", all.Out.ToString());
        Assert.Equal(0, await all.InvokeAsync("config", "validate"));
    }

    [Fact]
    public async Task Config_validate_names_problems_with_their_lines()
    {
        using CliRun run = new();
        run.Home.Write(".openclaw/openclaw.json", "{\n  gateway: {\n    port: 'many',\n  },\n}\n");
        Assert.Equal(1, await run.InvokeAsync("config", "validate", "--json"));
        JsonElement issue = run.Json.GetProperty("issues")[0];
        Assert.Equal("gateway.port", issue.GetProperty("path").GetString());
        Assert.Equal(3, issue.GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("sess", "sessions\t")]
    [InlineData("sessions|ex", "export\t")]
    [InlineData("--profile|x|gateway|run|--bind|la", "lan\t")]
    [InlineData("status|--js", "--json\t")]
    [InlineData("completion|f", "fish\t")]
    public async Task Completes(string words, string expected)
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync(["__complete", "--", .. words.Split('|')]));
        Assert.StartsWith(expected, run.Out.ToString());
        Assert.Single(run.Out.ToString().TrimEnd('\n').Split('\n'));
    }
}
