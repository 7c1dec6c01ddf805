using System.Formats.Tar;
using System.IO.Compression;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw diagnostics export</c>: secrets and texts are planted everywhere, and none of them is in the report.</summary>
public sealed class Exports_diagnostics() : WithGateway(
    """
    env: { vars: { BANK_PIN: "xylozq-planted-variable" } },
    agents_note: "xylozq planted unknown key",
    """)
{
    private static readonly string[] s_planted = ["xylozq", "kumquat", "sk-planted-0000000000000000", "TheQuietUser"];

    [Fact]
    public async Task Nothing_planted_is_in_it_and_what_helps_is()
    {
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            await client.ChatAsync("main", "[text:kumquat] kumquat marmalade");
            await client.ChatAsync("agent:main:xylozqsession", "[text:kumquat again]");
        }

        Directory.CreateDirectory(Path.Combine(Home.StateDir, "logs"));
        await File.AppendAllTextAsync(
            Path.Combine(Home.StateDir, "logs", "openclaw.log"),
            """{"0":"{}","1":"the user said \"xylozq kumquat\" with key sk-planted-0000000000000000 and token TOKEN","_meta":{"logLevelName":"WARN","name":"tools"},"time":"2026-11-21T08:00:00.000Z"}""".Replace("TOKEN", Home.Token) + "\n");
        await File.WriteAllTextAsync(Path.Combine(Home.StateDir, ".env"), "OPENAI_API_KEY=sk-planted-0000000000000000\n");
        Dictionary<string, string> variables = Gateway.CommandVariables;
        variables["OPENCLAW_NOTE"] = "xylozq-in-a-variable";
        variables["USER_SECRET"] = "TheQuietUser";
        string path = Path.Combine(Home.Root, "report.tar.gz");

        CommandRun run = (await CommandRun.OfAsync(variables, ["diagnostics", "export", "--output", path])).Ends(0);
        CommandRun again = (await CommandRun.OfAsync(variables, ["diagnostics", "export", "--output", path])).Ends(1);
        Dictionary<string, string> files = await ReadAsync(path);

        Assert.Superset(new HashSet<string>(["machine.json", "config.json", "counts.json", "health.json", "metrics.txt", "doctor.json", "log.txt"]), new HashSet<string>(files.Keys));
        foreach ((string name, string text) in files)
        {
            foreach (string planted in s_planted.Append(Home.Token))
            {
                Assert.False(text.Contains(planted, StringComparison.OrdinalIgnoreCase), $"{name} holds '{planted}':\n{text}");
            }
        }

        Assert.Contains("OPENCLAW_NOTE", files["machine.json"]);
        Assert.Contains("\"whole\": true", files["counts.json"]);
        Assert.Contains("edge/doctor/", files["doctor.json"]);
        Assert.Contains("WARN tools: the user said", files["log.txt"]);
        Assert.Contains("openclaw_", files["metrics.txt"]);
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(path));
        Assert.Contains(path, run.Out);
        Assert.Contains("there already", again.Error);
    }

    [Fact]
    public async Task Without_a_gateway_there_is_a_report_too()
    {
        Dictionary<string, string> variables = Gateway.CommandVariables;
        await Gateway.StopAsync();
        string path = Path.Combine(Home.Root, "report.tar.gz");

        (await CommandRun.OfAsync(variables, ["diagnostics", "export", "-o", path, "--json"])).Ends(0);

        Assert.Contains("\"gatewayRuns\": false", (await ReadAsync(path))["machine.json"]);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(string path)
    {
        Dictionary<string, string> files = [];
        await using GZipStream zip = new(File.OpenRead(path), CompressionMode.Decompress);
        await using TarReader tar = new(zip);
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using StreamReader reader = new(entry.DataStream ?? Stream.Null);
            files[entry.Name.Split('/')[^1]] = await reader.ReadToEndAsync();
        }

        return files;
    }
}
