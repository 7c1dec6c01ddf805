using System.Buffers.Text;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using QRCoder;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>device.pair.setupCode</c> and <c>.setupStatus</c>: invitations that a phone reads from a QR code; and our own
/// <c>edge.pair.code</c>: six digits for a browser.</summary>
internal sealed class SetupCodeMethods(GatewayRuntime runtime)
{
    private const int PixelsPerModule = 8;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new(
            "device.pair.setupCode",
            OperatorScopes.Admin,
            "publicUrl:str(2048) preferRemoteUrl:bool includeQr:bool access:full|limited|node",
            CreateAsync),
        MethodEntry.Of("device.pair.setupStatus", OperatorScopes.Admin, "setupId!:str1", Status),
        MethodEntry.Of("edge.pair.code", OperatorScopes.Admin, "", _ => Digits()),
    ];

    private MethodReply Digits()
    {
        if (!runtime.Browsers.IsOn)
        {
            return MethodReply.Invalid(
                "No browser elsewhere can be paired by a code: the gateway listens on loopback only, without TLS or without authentication, "
                + "or gateway.controlUi.pairByCode is false.");
        }

        string digits = runtime.Browsers.Issue();
        return MethodReply.Object(json =>
        {
            json.WriteString("code"u8, digits);
            json.WriteNumber("expiresAtMs"u8, runtime.Time.GetUtcNow().Add(BrowserCode.Lifetime).ToUnixTimeMilliseconds());
            if (TryFindUrl(null, out string url, out _))
            {
                json.WriteString("url"u8, $"https{url[url.IndexOf(':', StringComparison.Ordinal)..]}/"); // a page needs TLS for its key
            }
        });
    }

    private async ValueTask<MethodReply> CreateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!TryFindUrl(call.Text("publicUrl"), out string url, out string source))
        {
            return MethodReply.Invalid(source);
        }

        string access = call.Text("access") ?? "full";
        if (await runtime.Devices.SetupCodes.CreateAsync(access, cancellationToken) is not { } made)
        {
            return MethodReply.Fail(GatewayError.Unavailable("too many setup codes are open; wait for some to expire", 60_000));
        }

        string? fingerprint = source.StartsWith("gateway.bind=", StringComparison.Ordinal) ? runtime.TlsFingerprint() : null;
        string code = Base64Url.EncodeToString(FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteString("url"u8, url);
            json.WriteString("bootstrapToken"u8, made.Token);
            json.WriteNumber("expiresAtMs"u8, made.Code.ExpiresAtMs);
            if (fingerprint is not null)
            {
                json.WriteString("gatewayTlsSha256"u8, fingerprint); // an app that reads it need not ask the person to compare
            }

            json.WriteEndObject();
        }));
        bool picture = !call.Has("includeQr") || call.Flag("includeQr");
        return MethodReply.Object(json =>
        {
            json.WriteString("setupId"u8, made.Code.SetupId);
            json.WriteNumber("expiresAtMs"u8, made.Code.ExpiresAtMs);
            json.WriteString("setupCode"u8, code);
            if (picture)
            {
                json.WriteString("qrDataUrl"u8, Picture(code));
            }

            json.WriteString("gatewayUrl"u8, url);
            json.WriteString("auth"u8, runtime.Authenticator.Mode);
            json.WriteString("urlSource"u8, source);
            json.WriteString("access"u8, access);
        });
    }

    private MethodReply Status(MethodCall call)
    {
        if (runtime.Devices.SetupCodes.FindById(call.Text("setupId")!) is not { } code)
        {
            return MethodReply.Invalid("unknown setupId");
        }

        return MethodReply.Object(json =>
        {
            if (code is { CompletedAtMs: { } at, DeviceId: { } deviceId })
            {
                json.WriteStartObject("completion"u8);
                json.WriteString("setupId"u8, code.SetupId);
                json.WriteString("deviceId"u8, deviceId);
                PairingJson.WriteOptional(json, "deviceName", code.DeviceName);
                json.WriteString("access"u8, code.Access);
                json.WriteNumber("ts"u8, at);
                json.WriteEndObject();
            }
        });
    }

    private static string Picture(string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);
        return $"data:image/png;base64,{Convert.ToBase64String(png.GetGraphic(PixelsPerModule))}";
    }

    // The address a phone can reach: as asked, as configured, else that of this host on the LAN.
    private bool TryFindUrl(string? asked, out string url, out string source)
    {
        GatewayConfig gateway = runtime.Config.Current.Config.Gateway;
        (string? given, source) = asked is { Length: > 0 }
            ? (asked, "request.publicUrl")
            : (gateway.PublicOrigin, "gateway.publicOrigin");
        if (given is { Length: > 0 })
        {
            url = ToSocketUrl(given) ?? "";
            if (url.Length == 0)
            {
                source = $"invalid {source}: write ws://host:port or https://host";
            }

            return url.Length > 0;
        }

        string? host = gateway.Bind switch
        {
            "loopback" => null,
            "custom" when gateway.CustomBindHost is { Length: > 0 } custom && custom is not ("0.0.0.0" or "::") => custom,
            _ => FindLanAddress(),
        };
        url = host is null ? "" : $"{(gateway.Tls.Enabled == true ? "wss" : "ws")}://{host}:{runtime.Port()}";
        source = host is not null
            ? $"gateway.bind={gateway.Bind}"
            : "Gateway is only bound to loopback. Set gateway.bind to lan, or pass publicUrl (openclaw qr --public-url wss://host).";
        return host is not null;
    }

    private static string? ToSocketUrl(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0)
        {
            return null;
        }

        string? scheme = uri.Scheme switch { "ws" or "http" => "ws", "wss" or "https" => "wss", _ => null };
        return scheme is null ? null : $"{scheme}://{uri.Authority}{uri.AbsolutePath.TrimEnd('/')}";
    }

    private static string? FindLanAddress()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up
                    && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(address => address.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
                ?.ToString();
        }
        catch (NetworkInformationException)
        {
            return null; // a sandbox may hide the interfaces
        }
    }
}
