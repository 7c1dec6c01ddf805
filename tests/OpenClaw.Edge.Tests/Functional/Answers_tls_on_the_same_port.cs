using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>TLS and plain HTTP on one port, with a certificate of the gateway's own authority, or the owner's.</summary>
public sealed class Answers_tls_on_the_same_port : WithHome
{
    [Fact]
    public async Task Whoever_trusts_the_authority_gets_in_and_plain_http_goes_on()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        Assert.False(Directory.Exists(Path.Combine(Home.StateDir, "secrets", "tls")), "a certificate was made before anybody asked");

        using HttpClient client = await TrustingClientAsync(gateway);
        using HttpResponseMessage secure = await client.GetAsync(new Uri($"https://localhost:{gateway.BaseUri.Port}/healthz"));
        using HttpResponseMessage byAddress = await client.GetAsync(new Uri($"https://127.0.0.1:{gateway.BaseUri.Port}/healthz"));
        using HttpResponseMessage plain = await client.GetAsync(new Uri(gateway.BaseUri, "/healthz"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (secure.StatusCode, byAddress.StatusCode, plain.StatusCode));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Home.StateDir, "secrets", "tls", "ca.key")));
    }

    [Fact]
    public async Task Socket_over_tls_gets_its_challenge_and_the_page_says_https()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        using HttpClient client = await TrustingClientAsync(gateway);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"wss://localhost:{gateway.BaseUri.Port}/"), client, CancellationToken.None);

        byte[] buffer = new byte[4096];
        ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        string page = await client.GetStringAsync(new Uri($"https://localhost:{gateway.BaseUri.Port}/"));

        Assert.Contains("connect.challenge", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Contains($"wss://localhost:{gateway.BaseUri.Port}", page);
    }

    [Fact]
    public async Task Handshake_that_comes_byte_by_byte_is_a_handshake()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, gateway.BaseUri.Port);
        tcp.NoDelay = true;
        await using var tls = new SslStream(new TrickleStream(tcp.GetStream()), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);

        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls);

        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Garbage_after_the_first_byte_costs_that_connection_only()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, gateway.BaseUri.Port);
        await tcp.GetStream().WriteAsync("\x16\x03\x01 this is no handshake at all, and long enough to be read as a record"u8.ToArray());

        int length = await ReadToEndAsync(tcp.GetStream());

        Assert.True(length < 64, $"{length} bytes came back");
        using HttpClient client = await TrustingClientAsync(gateway);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"https://localhost:{gateway.BaseUri.Port}/healthz"))).StatusCode);
    }

    [Fact]
    public async Task Off_means_off()
    {
        Home.WriteConfig(Home.Gateway("tls: { enabled: false }"));
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null } });

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"https://localhost:{gateway.BaseUri.Port}/healthz")));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(gateway.BaseUri, "/openclaw-ca.crt"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(gateway.BaseUri, "/healthz"))).StatusCode);
    }

    [Fact]
    public async Task Own_certificate_is_shown_and_nobody_gets_the_authority()
    {
        (string certificate, string key, string thumbprint) = OwnCertificate();
        Home.WriteConfig(Home.Gateway($"tls: {{ enabled: true, certPath: '{certificate}', keyPath: '{key}' }}"));
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        string? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => (seen = shown?.GetCertHashString()) is not null },
        });

        HttpResponseMessage answer = await client.GetAsync(new Uri($"https://localhost:{gateway.BaseUri.Port}/healthz"));

        Assert.Equal((HttpStatusCode.OK, thumbprint), (answer.StatusCode, seen));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(gateway.BaseUri, "/openclaw-ca.crt"))).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(Home.StateDir, "secrets", "tls")));
    }

    private (string Certificate, string Key, string Thumbprint) OwnCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=own.example", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        string certificate = Path.Combine(Home.Root, "own.pem");
        string keyFile = Path.Combine(Home.Root, "own.key");
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificate, keyFile, made.Thumbprint);
    }

    private static async Task<HttpClient> TrustingClientAsync(RunningGateway gateway)
    {
        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        X509Certificate2 root = X509Certificate2.CreateFromPem(await plain.GetStringAsync(new Uri(gateway.BaseUri, "/openclaw-ca.crt")));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
    }

    private static async Task<int> ReadToEndAsync(NetworkStream stream)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        byte[] buffer = new byte[256];
        int total = 0;
        try
        {
            while (await stream.ReadAsync(buffer, guard.Token) is > 0 and int read)
            {
                total += read;
            }
        }
        catch (IOException)
        {
            // reset is an end too
        }

        return total;
    }

    /// <summary>Sends each byte on its own.</summary>
    private sealed class TrickleStream(NetworkStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (int at = 0; at < buffer.Length; at++)
            {
                await inner.WriteAsync(buffer.Slice(at, 1), cancellationToken);
            }
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
