using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw backup</c> as a person uses it: made while the gateway runs, restored when it is stopped, and the conversation is back.</summary>
public sealed class Backs_up_and_restores : WithGateway
{
    [Fact]
    public async Task Conversation_is_back_after_a_restore()
    {
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            await client.ChatAsync("main", "[text:kept]");
        }

        JsonElement made = (await Gateway.RunAsync("backup", "create", "--verify", "--json")).Ends(0).Json;
        string archive = made.GetProperty("archivePath").GetString()!;
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            await client.ChatAsync("main", "[text:lost]");
        }

        CommandRun busy = (await Gateway.RunAsync("backup", "restore", archive, "--yes")).Ends(1);
        CommandRun unasked = (await Gateway.RunAsync("backup", "restore", archive)).Ends(2);
        Dictionary<string, string> variables = Gateway.CommandVariables;
        await Gateway.StopAsync();
        CommandRun dry = (await CommandRun.OfAsync(variables, ["backup", "restore", archive, "--dry-run"])).Ends(0);
        JsonElement restored = (await CommandRun.OfAsync(variables, ["backup", "restore", archive, "--yes", "--json"])).Ends(0).Json;

        await using RunningGateway again = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient after = await again.ConnectAsync();
        Assert.Equal(["user: [text:kept]", "assistant: kept"], await after.HistoryAsync("main"));
        Assert.True(made.GetProperty("verified").GetBoolean());
        Assert.Contains("a gateway runs on", busy.Error);
        Assert.Contains("--yes", unasked.Error);
        Assert.Contains("nothing was changed", dry.Out);
        Assert.True(Directory.Exists(restored.GetProperty("keptAside").GetString()));
    }

    [Fact]
    public async Task Sealed_backup_needs_its_passphrase_from_a_file_or_the_environment()
    {
        string file = Path.Combine(Home.Root, "passphrase");
        await File.WriteAllTextAsync(file, "four words in a row\nsecond line\n");
        Dictionary<string, string> variables = Gateway.CommandVariables;

        JsonElement made = (await Gateway.RunAsync("backup", "create", "--passphrase-file", file, "--json")).Ends(0).Json;
        string archive = made.GetProperty("archivePath").GetString()!;
        CommandRun none = (await Gateway.RunAsync("backup", "verify", archive)).Ends(1);
        CommandRun asked = (await Gateway.RunAsync("backup", "create", "--encrypt")).Ends(2);
        variables["OPENCLAW_BACKUP_PASSPHRASE"] = "four words in a row";
        CommandRun right = (await CommandRun.OfAsync(variables, ["backup", "verify"])).Ends(0);
        variables["OPENCLAW_BACKUP_PASSPHRASE"] = "four other words";
        CommandRun wrong = (await CommandRun.OfAsync(variables, ["backup", "verify", archive, "--json"])).Ends(1);
        variables["OPENCLAW_BACKUP_PASSPHRASE"] = "short";
        CommandRun weak = (await CommandRun.OfAsync(variables, ["backup", "create"])).Ends(2);

        Assert.True(made.GetProperty("sealed").GetBoolean());
        Assert.Contains("is sealed", none.Error);
        Assert.Contains("nobody can be asked", asked.Error);
        Assert.Contains("is whole", right.Out);
        Assert.Equal("untrusted_file", wrong.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains("12 at least", weak.Error);
    }

    [Fact]
    public async Task List_dry_run_retention_and_a_folder_of_its_own()
    {
        CommandRun none = (await Gateway.RunAsync("backup", "list")).Ends(0);
        CommandRun dry = (await Gateway.RunAsync("backup", "create", "--dry-run")).Ends(0);
        string output = Path.Combine(Home.Root, "shelf");
        for (int i = 0; i < 3; i++)
        {
            (await Gateway.RunAsync("backup", "create", "--output", output, "--keep", "2", "--no-include-workspace")).Ends(0);
        }

        JsonElement[] listed = [.. (await Gateway.RunAsync("backup", "list", "--dir", output, "--json")).Ends(0).Json.GetProperty("backups").EnumerateArray()];
        string newest = listed[0].GetProperty("path").GetString()!;
        CommandRun into = (await Gateway.RunAsync("backup", "restore", newest, "--target", Path.Combine(Home.Root, "fresh"))).Ends(0);
        CommandRun absent = (await Gateway.RunAsync("backup", "verify", "/nowhere.tar.gz")).Ends(1);

        Assert.Contains("no backup in", none.Out);
        Assert.Contains("nothing was written", dry.Out);
        Assert.Equal(2, listed.Length);
        Assert.True(File.Exists(Path.Combine(Home.Root, "fresh", "state", "openclaw.json")));
        Assert.Contains("fresh", into.Out);
        Assert.Contains("/nowhere.tar.gz cannot be read", absent.Error);
    }
}
