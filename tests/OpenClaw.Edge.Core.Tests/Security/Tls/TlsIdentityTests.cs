using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security.Tls;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security.Tls;

/// <summary>Which certificate a handshake shows, over real TLS on loopback, with a clock of the test's.</summary>
public sealed class TlsIdentityTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TlsIdentity _identity;
    private TlsConfig _config = new();

    public TlsIdentityTests() => _identity = new TlsIdentity(
        Path.Combine(_dir.Root, "tls"), () => _config, () => new HostNames(["kitchen.local"], [IPAddress.Loopback]), _time, NullLogger.Instance);

    public void Dispose()
    {
        _identity.Dispose();
        _dir.Dispose();
    }

    [Fact]
    public async Task Changed_files_are_shown_within_thirty_seconds_and_open_connections_go_on()
    {
        string first = Own("first");
        _config = new TlsConfig { CertPath = Path.Combine(_dir.Root, "own.pem"), KeyPath = Path.Combine(_dir.Root, "own.key") };
        await using Pair open = await ConnectAsync();
        string second = Own("second");
        _time.Advance(TimeSpan.FromSeconds(29));
        await using (Pair early = await ConnectAsync())
        {
            Assert.Equal(first, early.Shown);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        await using Pair later = await ConnectAsync();

        Assert.Equal(second, later.Shown);
        Assert.Equal(first, open.Shown);
        await open.EchoesAsync();
        await later.EchoesAsync();
    }

    [Fact]
    public async Task The_local_certificate_is_renewed_in_time_and_open_connections_go_on()
    {
        await using Pair open = await ConnectAsync();
        string fingerprint = _identity.Fingerprint()!;
        _time.Advance(TimeSpan.FromDays(300));
        Assert.Equal(fingerprint, _identity.Fingerprint());
        _time.Advance(TimeSpan.FromDays(60)); // 397 days, renewed 60 before

        await using Pair renewed = await ConnectAsync();

        Assert.NotEqual(open.Shown, renewed.Shown);
        Assert.NotEqual(fingerprint, _identity.Fingerprint());
        await open.EchoesAsync();
        await renewed.EchoesAsync();
    }

    [Fact]
    public async Task With_caPath_only_callers_of_that_authority_get_in()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 authority = Authority("CN=house", key);
        using ECDsa otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 stranger = Authority("CN=house", otherKey);
        _config = new TlsConfig { CaPath = _dir.Write("clients.pem", authority.ExportCertificatePem()) };
        using X509Certificate2 guest = Client(authority);
        using X509Certificate2 forged = Client(stranger);

        Assert.True(_identity.AsksForCertificate);
        await using (Pair pair = await ConnectAsync(guest))
        {
            await pair.EchoesAsync();
        }

        await Assert.ThrowsAsync<AuthenticationException>(() => ConnectAsync(forged));
        await Assert.ThrowsAsync<AuthenticationException>(() => ConnectAsync());
    }

    private string Own(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        string certificate = _dir.Write("own.pem", made.ExportCertificatePem());
        string file = _dir.Write("own.key", key.ExportPkcs8PrivateKeyPem());
        DateTime changed = DateTime.UnixEpoch.AddDays(name.Length); // another second than before, whatever the file system's clock says
        File.SetLastWriteTimeUtc(certificate, changed);
        File.SetLastWriteTimeUtc(file, changed);
        return made.Thumbprint;
    }

    private static X509Certificate2 Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static X509Certificate2 Client(X509Certificate2 authority)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=guest", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.Create(authority, DateTimeOffset.UnixEpoch.AddYears(1), DateTimeOffset.UnixEpoch.AddYears(99), [7]);
        return made.CopyWithPrivateKey(key);
    }

    // The server's failure is what is told: a TLS 1.3 client learns of its refusal only when it reads.
    private async Task<Pair> ConnectAsync(X509Certificate2? guest = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        Task connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint!);
        TcpClient server = await listener.AcceptTcpClientAsync();
        await connecting;
        var near = new SslStream(server.GetStream());
        var far = new SslStream(client.GetStream());
        string shown = "";
        Task asking = far.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "kitchen.local",
            ClientCertificates = guest is null ? null : [guest],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = certificate?.GetCertHashString() ?? "").Length > 0,
        });
        try
        {
            await Guard.Within(near.AuthenticateAsServerAsync(_identity.Handshake(IPAddress.Loopback)));
            await Guard.Within(asking);
            return new Pair(near, far, shown);
        }
        catch
        {
            await near.DisposeAsync();
            await far.DisposeAsync();
            await asking.ContinueWith(static _ => { }, TaskScheduler.Default);
            throw;
        }
    }

    private sealed record Pair(SslStream Near, SslStream Far, string Shown) : IAsyncDisposable
    {
        public async Task EchoesAsync()
        {
            byte[] read = new byte[5];
            await Near.WriteAsync("still"u8.ToArray());
            await Guard.Within(Far.ReadExactlyAsync(read).AsTask());
            Assert.Equal("still"u8.ToArray(), read);
        }

        public async ValueTask DisposeAsync()
        {
            await Near.DisposeAsync();
            await Far.DisposeAsync();
        }
    }
}
