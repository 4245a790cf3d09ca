using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkflowAspire.TestServers;

/// <summary>A redis-server that speaks TLS only and asks for a password, with a certificate of an authority made for the test.</summary>
public sealed class RedisTls : IAsyncLifetime
{
    public const string Password = "tls-secret-4711";

    private readonly string _folder = Directory.CreateTempSubdirectory("redis-tls-test-").FullName;
    private ServerProcess? _process;

    public int Port { get; } = ServerProcess.FreePort();

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"localhost:{Port},ssl=true,password={Password},abortConnect=false");

    /// <summary>The authority's certificate, which clients have to trust.</summary>
    public string AuthorityFile => Path.Combine(_folder, "ca.crt");

    public async ValueTask InitializeAsync()
    {
        WriteCertificates();
        _process = new ServerProcess("redis-server",
        [
            "--port", "0", "--tls-port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--requirepass", Password, "--dir", _folder,
            "--tls-cert-file", Path.Combine(_folder, "redis.crt"), "--tls-key-file", Path.Combine(_folder, "redis.key"), "--tls-ca-cert-file", AuthorityFile,
            "--tls-auth-clients", "no",
        ]);
        await Eventually.True(() => _process.HasExited || _process.Output.Contains("Ready to accept connections", StringComparison.Ordinal));
        if (_process.HasExited) throw new InvalidOperationException($"redis-server with TLS didn't start: {_process.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process) await process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteCertificates()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=Test Authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using var authorityCertificate = authority.CreateSelfSigned(from, to);

        using var serverKey = RSA.Create(2048);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using var serverCertificate = server.Create(authorityCertificate, from, to, [4, 7, 1, 1]);

        File.WriteAllText(AuthorityFile, authorityCertificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "redis.crt"), serverCertificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "redis.key"), serverKey.ExportPkcs8PrivateKeyPem());
    }
}
