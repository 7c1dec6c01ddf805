using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw sessions import</c> of records that the original itself wrote, and back by <c>sessions export</c>.</summary>
public sealed class Takes_transcripts_over : IAsyncLifetime
{
    // Rows of the original's 2026.9.6 database, as they were; only the workspace's path is another.
    private const string Original = """
        {"type":"session","version":4,"id":"0c93be1f-ea08-4ed3-aceb-d0377627d142","timestamp":"2026-11-21T12:39:07.030Z","cwd":"/home/me/.openclaw/workspace"}
        {"type":"message","id":"50828401-6753-44fc-afa0-63721e70ffbe","parentId":null,"timestamp":"2026-11-21T12:39:07.029Z","message":{"role":"user","content":"[OpenClaw cron wake]","timestamp":1795264747001,"provenance":{"kind":"internal_system","sourceTool":"cron"},"idempotencyKey":"d39c0704-c1f7-4bde-8e6e-3a27f3de0b48:user","__openclaw":{"senderIsOwner":false}}}
        {"type":"thinking_level_change","thinkingLevel":"off","id":"2483ea13-94d8-4f5f-95ab-5e913d84c703","parentId":"50828401-6753-44fc-afa0-63721e70ffbe","timestamp":"2026-11-21T12:39:09.010Z"}
        {"type":"custom","customType":"model-snapshot","data":{"timestamp":1795264749146,"provider":"ollama","modelApi":"ollama","modelId":"scripted:8b"},"id":"a977855d-8122-4ef1-b359-bd55f06c7ece","parentId":"2483ea13-94d8-4f5f-95ab-5e913d84c703","timestamp":"2026-11-21T12:39:09.146Z"}
        {"type":"message","id":"6243d375-8c48-4c71-be11-be4a84cd40de","parentId":"a977855d-8122-4ef1-b359-bd55f06c7ece","timestamp":"2026-11-21T12:39:09.592Z","message":{"role":"assistant","content":[{"type":"text","text":"Rain moves over the low fields and the kettle sings on the. stove while two children count the steps down to the landing where. a ferry waits with its lamps already lit for the slow crossing. to the other bank Rain moves over the low fields and the. kettle sings on the stove while two children count the steps down. to the landing where"}],"stopReason":"stop","api":"ollama","provider":"ollama","model":"scripted:8b","usage":{"input":9610,"output":64,"cacheRead":0,"cacheWrite":0,"cacheTelemetry":{"state":"unavailable"},"totalTokens":9674,"cost":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"total":0},"contextUsage":{"state":"available","promptTokens":9610,"totalTokens":9674}},"timestamp":1795264749564,"__openclaw":{"runId":"f5c0e861-e4c4-4842-a873-00ec1259e6ad"}}}
        {"type":"message","id":"29a4bfd9-84a3-4f9d-b8da-3ccf3b6d9867","parentId":"6243d375-8c48-4c71-be11-be4a84cd40de","timestamp":"2026-11-21T12:39:16.812Z","message":{"role":"user","content":"[OpenClaw heartbeat poll]","timestamp":1795264756796,"provenance":{"kind":"internal_system","sourceTool":"heartbeat"},"idempotencyKey":"9c23b4c5-000c-4b39-8dab-4bc2e54aa641:user","__openclaw":{"senderIsOwner":false}}}
        {"type":"message","id":"d522c37d-fa82-478f-bd9f-b01eb8814e5a","parentId":"29a4bfd9-84a3-4f9d-b8da-3ccf3b6d9867","timestamp":"2026-11-21T12:39:18.551Z","message":{"role":"assistant","content":[{"type":"text","text":"Rain moves over the low fields and the kettle sings on the. stove while two children count the steps down to the landing where. a ferry waits with its lamps already lit for the slow crossing. to the other bank Rain moves over the low fields and the. kettle sings on the stove while two children count the steps down. to the landing where"}],"stopReason":"stop","api":"ollama","provider":"ollama","model":"scripted:8b","usage":{"input":9814,"output":64,"cacheRead":0,"cacheWrite":0,"cacheTelemetry":{"state":"unavailable"},"totalTokens":9878,"cost":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"total":0},"contextUsage":{"state":"available","promptTokens":9814,"totalTokens":9878}},"timestamp":1795264758538,"__openclaw":{"runId":"91681168-48e6-4033-9478-69c414fffa6a"}}}
        """;

    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task What_the_original_wrote_is_a_conversation_here_and_comes_out_the_same()
    {
        string file = Path.Combine(home.Root, "Old.jsonl");
        await File.WriteAllTextAsync(file, Original + "\n{broken\n", TestContext.Current.CancellationToken);
        CommandRun first = (await gateway.RunAsync("sessions", "import", file)).Ends(0);
        CommandRun again = (await gateway.RunAsync("sessions", "import", file)).Ends(1);
        JsonElement copy = (await gateway.RunAsync("sessions", "import", file, "--key", "copy", "--json")).Ends(0).Json;
        string exported = (await gateway.RunAsync("sessions", "export", "import:old")).Ends(0).Out;
        string second = Path.Combine(home.Root, "second.jsonl");
        await File.WriteAllTextAsync(second, exported, TestContext.Current.CancellationToken);
        (await gateway.RunAsync("sessions", "import", second, "--key", "third")).Ends(0);
        string third = (await gateway.RunAsync("sessions", "export", "third")).Ends(0).Out;

        Assert.StartsWith("imported 4 rows into agent:main:import:old", first.Out, StringComparison.Ordinal);
        Assert.Contains("line 8", first.Error, StringComparison.Ordinal);
        Assert.Contains("has messages already", again.Error, StringComparison.Ordinal);
        Assert.Equal(4, copy.GetProperty("imported").GetInt32());
        Assert.Equal(["user", "assistant", "user", "assistant"], Messages(exported).Select(message => message.GetProperty("role").GetString()));
        JsonElement asked = Messages(Original)[0];
        JsonElement answered = Messages(Original)[1];
        Assert.Contains(asked.GetProperty("content").GetString()!, Messages(exported)[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal("cron", Messages(exported)[0].GetProperty("provenance").GetProperty("sourceTool").GetString());
        foreach (string member in (string[])["content", "stopReason", "api", "provider", "model", "timestamp"])
        {
            Assert.Equal(answered.GetProperty(member).GetRawText(), Messages(exported)[1].GetProperty(member).GetRawText());
        }

        Assert.Equal(Messages(exported).Select(message => message.GetProperty("content").GetRawText()), Messages(third).Select(message => message.GetProperty("content").GetRawText()));
    }

    [Fact]
    public async Task What_is_no_transcript_is_said_to_be_none()
    {
        string file = Path.Combine(home.Root, "x.jsonl");
        await File.WriteAllTextAsync(file, "hello\n", TestContext.Current.CancellationToken);

        Assert.Contains("No transcript record found", (await gateway.RunAsync("sessions", "import", file)).Ends(1).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await gateway.RunAsync("sessions", "import", file + "x")).Ends(1).Error, StringComparison.Ordinal);
        Assert.Contains("zstd -d", (await gateway.RunAsync("sessions", "import", "a.jsonl.zst")).Ends(2).Error, StringComparison.Ordinal);
    }

    private static List<JsonElement> Messages(string lines)
    {
        List<JsonElement> messages = [];
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("type").ValueEquals("message"))
            {
                messages.Add(record.RootElement.GetProperty("message").Clone());
            }
        }

        return messages;
    }
}
