using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tests.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw qr --png --svg</c> of a gateway with TLS: what a camera reads is the setup code, and in it the fingerprint of the
/// certificate that the gateway shows.</summary>
public sealed class Pairs_by_a_picture : WithHome
{
    [Fact]
    public async Task Both_files_hold_the_code_with_address_key_and_fingerprint()
    {
        Home.WriteConfig(Home.Gateway("""bind: "custom", customBindHost: "127.0.0.1", tls: { enabled: true },"""));
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        Dictionary<string, string> variables = Home.Variables;
        variables["OPENCLAW_GATEWAY_PORT"] = $"{gateway.BaseUri.Port}";
        string folder = variables["HOME"];

        CommandRun qr = (await CommandRun.OfAsync(variables, ["qr", "--json", "--limited", "--png", Path.Combine(folder, "phone.png"), "--svg", Path.Combine(folder, "phone.svg")])).Ends(0);

        string code = qr.Json.GetProperty("setupCode").GetString()!;
        Assert.Equal("limited", qr.Json.GetProperty("access").GetString());
        Assert.Equal(code, QrReading.OfPng(await File.ReadAllBytesAsync(Path.Combine(folder, "phone.png"), TestContext.Current.CancellationToken)));
        Assert.Equal(code, QrReading.OfSvg(await File.ReadAllTextAsync(Path.Combine(folder, "phone.svg"), TestContext.Current.CancellationToken)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "phone.png")));
        using JsonDocument payload = JsonDocument.Parse(Base64Url.DecodeFromChars(code));
        Assert.Equal($"wss://127.0.0.1:{gateway.BaseUri.Port}", payload.RootElement.GetProperty("url").GetString());
        Assert.Equal(await FingerprintAsync(gateway.BaseUri.Port), payload.RootElement.GetProperty("gatewayTlsSha256").GetString()!.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant());
        Assert.Equal(43, payload.RootElement.GetProperty("bootstrapToken").GetString()!.Length);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("HELLO WORLD 42")]
    [InlineData("eyJ1cmwiOiJ3czovLzEwLjAuMC4xIn0")]
    [InlineData("between small letters 1234567890123456789012345678901234567890 and LETTERS THAT ARE CAPITAL, FOR LONG ENOUGH TO BE PACKED, there are three kinds of segments")]
    public void Pictures_are_read_again_whatever_is_in_them(string text) => Assert.Equal((text, text), Read(text));

    [Fact]
    public void Pictures_of_every_size_are_read_again()
    {
        for (int length = 20; length <= 560; length += 60)
        {
            string text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('0' + (i * i * 7 % 75)))); // digits, both cases, and signs
            Assert.Equal((text, text), Read(text));
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_named()
    {
        Home.WriteConfig(Home.Gateway("""publicOrigin: "https://kitchen.example",""")); // an address of somebody else's certificate
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        Dictionary<string, string> variables = Home.Variables;
        variables["OPENCLAW_GATEWAY_PORT"] = $"{gateway.BaseUri.Port}";

        CommandRun refused = (await CommandRun.OfAsync(variables, ["qr", "--svg", "/proc/nowhere/phone.svg"])).Ends(1);
        CommandRun plain = (await CommandRun.OfAsync(variables, ["qr", "--setup-code-only"])).Ends(0);

        Assert.Contains("/proc/nowhere/phone.svg cannot be written", refused.Error, StringComparison.Ordinal);
        using JsonDocument payload = JsonDocument.Parse(Base64Url.DecodeFromChars(plain.Out.Trim()));
        Assert.Equal("wss://kitchen.example", payload.RootElement.GetProperty("url").GetString());
        Assert.False(payload.RootElement.TryGetProperty("gatewayTlsSha256", out _));
    }

    private (string Png, string Svg) Read(string text)
    {
        string png = Path.Combine(Home.Root, "q.png");
        string svg = Path.Combine(Home.Root, "q.svg");
        OpenClaw.Edge.Cli.QrPicture.Write(png, isPng: true, text);
        OpenClaw.Edge.Cli.QrPicture.Write(svg, isPng: false, text);
        return (QrReading.OfPng(File.ReadAllBytes(png)), QrReading.OfSvg(File.ReadAllText(svg)));
    }

    private static async Task<string> FingerprintAsync(int port)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", port);
        byte[]? shown = null;
        await using SslStream tls = new(tcp.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => (shown = certificate?.GetRawCertData()) is not null);
        await Guard.Within(tls.AuthenticateAsClientAsync("127.0.0.1"));
        return Convert.ToHexStringLower(SHA256.HashData(shown!));
    }
}
