using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw qr</c> prints an invitation for a phone; <c>openclaw pair</c> also waits until it is used.</summary>
internal static class QrCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public static Command Create(string name, bool waits, CliOptions shared, CliWorld world)
    {
        Option<string?> publicUrl = new("--public-url") { Description = "Address that the phone can reach", HelpName = "url" };
        Option<string> access = new("--access") { Description = "full, limited or node", DefaultValueFactory = _ => "full" };
        Option<bool> codeOnly = new("--setup-code-only") { Description = "Print the code and nothing else" };
        Option<bool> noAscii = new("--no-ascii") { Description = "No QR code on the terminal" };
        Option<bool> limited = new("--limited") { Description = "The same as --access limited" };
        Option<string?> png = new("--png") { Description = "Also write the QR code as a picture", HelpName = "file" };
        Option<string?> svg = new("--svg") { Description = "Also write it as a drawing for print", HelpName = "file" };
        access.AcceptOnlyFromAmong("full", "limited", "node");
        string description = waits
            ? "Pair a phone: print a QR code and wait until it was scanned"
            : "Print a QR code that pairs a phone";
        return new Command(name, description) { publicUrl, access, limited, codeOnly, noAscii, png, svg }.Does(
            shared,
            world,
            (context, cancellationToken) => RunAsync(
                context,
                context.Parsed.GetValue(publicUrl),
                context.Parsed.GetValue(limited) ? "limited" : context.Parsed.GetRequiredValue(access),
                context.Parsed.GetValue(codeOnly),
                ascii: !context.Parsed.GetValue(noAscii),
                context.Parsed.GetValue(png),
                context.Parsed.GetValue(svg),
                waits,
                cancellationToken));
    }

    private static async Task<int> RunAsync(
        CliContext context,
        string? publicUrl,
        string access,
        bool codeOnly,
        bool ascii,
        string? png,
        string? svg,
        bool waits,
        CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement setup = await client.CallAsync(
            "device.pair.setupCode",
            writer =>
            {
                writer.WriteStartObject();
                if (publicUrl is not null)
                {
                    writer.WriteString("publicUrl"u8, publicUrl);
                }

                writer.WriteBoolean("includeQr"u8, false);
                writer.WriteString("access"u8, access);
                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        string code = setup.Text("setupCode") ?? "";
        Write(context, png, isPng: true, code);
        Write(context, svg, isPng: false, code);
        if (context.Json)
        {
            context.Print(setup);
            return (int)ExitCode.Ok;
        }

        if (codeOnly)
        {
            context.Say(code);
            return (int)ExitCode.Ok;
        }

        if (ascii)
        {
            context.Say(QrPicture.Draw(code));
        }

        context.Say($"setup code  {code}");
        context.Say($"gateway     {setup.Text("gatewayUrl")}");
        context.Say("Scan it, or type the code, in the OpenClaw app. It holds for 10 minutes and for one device.");
        if (waits && access == "full")
        {
            await SayDigitsAsync(context, client, publicUrl, cancellationToken);
        }

        return waits ? await WaitAsync(context, client, setup, cancellationToken) : (int)ExitCode.Ok;
    }

    private static void Write(CliContext context, string? file, bool isPng, string code)
    {
        if (file is not null)
        {
            string path = Path.GetFullPath(file, context.Environment.WorkingDirectory);
            QrPicture.Write(path, isPng, code);
            context.Note($"{path}: whoever sees it within 10 minutes can pair a device");
        }
    }

    // For a browser, where one elsewhere can come; an older gateway has no such method.
    private static async Task SayDigitsAsync(CliContext context, GatewayClient client, string? publicUrl, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement made = await client.CallAsync("edge.pair.code", null, context.Timeout, cancellationToken);
            string url = publicUrl is null ? made.Text("url") ?? "" : $"https{publicUrl[publicUrl.IndexOf(':', StringComparison.Ordinal)..]}";
            context.Say($"browser     {url}  and type {made.Text("code")}");
        }
        catch (CliException refused)
        {
            context.Say($"browser     {TextLayout.OneLine(refused.Message)}");
        }
    }

    private static async Task<int> WaitAsync(
        CliContext context, GatewayClient client, JsonElement setup, CancellationToken cancellationToken)
    {
        string setupId = setup.Text("setupId") ?? "";
        long expires = setup.Number("expiresAtMs") ?? 0;
        while (context.Clock.GetUtcNow().ToUnixTimeMilliseconds() < expires)
        {
            JsonElement status = await client.CallAsync(
                "device.pair.setupStatus",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("setupId"u8, setupId);
                    writer.WriteEndObject();
                },
                context.Timeout,
                cancellationToken);
            if (status.Member("completion") is { ValueKind: JsonValueKind.Object } completion)
            {
                context.Say($"paired {completion.Text("deviceName") ?? "device"} {completion.Text("deviceId")}");
                return (int)ExitCode.Ok;
            }

            if (await FindBrowserAsync(context, client, expires - (long)Lifetime.TotalMilliseconds, cancellationToken) is { } browser)
            {
                context.Say($"paired {browser.Text("displayName") ?? "browser"} {browser.Text("deviceId")}");
                return (int)ExitCode.Ok;
            }

            await Task.Delay(PollInterval, context.Clock, cancellationToken);
        }

        throw new CliException(ExitCode.Failed, "nobody used the setup code within its 10 minutes; run 'openclaw pair' again");
    }

    // A browser that took the digits instead has an invitation of its own.
    private static async Task<JsonElement?> FindBrowserAsync(CliContext context, GatewayClient client, long sinceMs, CancellationToken cancellationToken)
    {
        JsonElement list = await client.CallAsync("device.pair.list", null, context.Timeout, cancellationToken);
        return list.Items("paired").Select(device => (JsonElement?)device).FirstOrDefault(
            device => device!.Value.Text("approvedVia") == "bootstrap" && device.Value.Number("approvedAtMs") >= sinceMs);
    }
}
