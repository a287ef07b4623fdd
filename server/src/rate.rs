//! How many requests one client may send: past it 429, with the time to wait in `Retry-After`.
//!
//! A client is whoever shows a token, else an address. What is always free is the program's own code and what watches the server.
use crate::{access, config::Limits, failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _, clock::DefaultClock};
use http::{HeaderMap, HeaderValue, Method, header};
use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

/// So many seconds' worth of requests may come at once, after a pause.
const BURST: u32 = 10;
/// Logins that one address may try at once, and then one in so many seconds.
const LOGINS: (NonZeroU32, Duration) = (NonZeroU32::MIN.saturating_add(9), Duration::from_secs(6));
/// After so many requests those are forgotten who have paused long enough.
const SWEEP: u32 = 4096;

/// Who sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Client {
    /// The token with this number.
    Token(usize),
    /// An address; of IPv6 the network, since one machine has many addresses there.
    Address(IpAddr),
    /// The connection does not say; in tests only.
    Unknown,
}

/// The counts of all clients.
#[derive(Debug)]
pub struct Rate {
    /// `None`: there is no limit.
    requests: Option<DefaultKeyedRateLimiter<Client>>,
    logins: DefaultKeyedRateLimiter<Client>,
    behind_proxy: bool,
    seen: AtomicU32,
}

impl Rate {
    /// With the limits of the server.
    pub fn new(limits: &Limits) -> Self {
        let requests = NonZeroU32::new(limits.rate).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST - 1));
            DefaultKeyedRateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        });
        let (logins, every) = LOGINS;
        // A pause of nothing is the only one that is refused.
        let quota = Quota::with_period(every).unwrap_or(Quota::per_minute(logins));
        Self {
            requests,
            logins: DefaultKeyedRateLimiter::keyed(quota.allow_burst(logins)),
            behind_proxy: limits.behind_proxy,
            seen: AtomicU32::new(0),
        }
    }

    /// How long this client has to wait; `None` when it may go on.
    fn wait(&self, client: Client, login: bool) -> Option<Duration> {
        if self.seen.fetch_add(1, Relaxed) % SWEEP == SWEEP - 1 {
            for limiter in self.requests.iter().chain([&self.logins]) {
                limiter.retain_recent();
            }
        }
        let clock = DefaultClock::default();
        let asked = |limiter: &DefaultKeyedRateLimiter<Client>, client| {
            let refused = limiter.check_key(&client).err()?;
            Some(refused.wait_time_from(clock.now()))
        };
        let logins = login.then(|| asked(&self.logins, client)).flatten();
        logins.or_else(|| asked(self.requests.as_ref()?, client))
    }

    fn client(&self, server: &Server, request: &Request) -> Client {
        if let Some(token) = server.access.number(request.headers()) {
            return Client::Token(token);
        }
        let forwarded = self
            .behind_proxy
            .then(|| forwarded(request.headers()))
            .flatten();
        let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let address = forwarded.or_else(|| Some(connection?.0.ip()));
        address.map_or(Client::Unknown, |address| Client::Address(network(address)))
    }
}

/// The address that the nearest proxy saw: what stands before it anybody can write.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        short => short,
    }
}

/// Lets requests pass at the rate that one client may have.
pub async fn limit(State(server): State<Server>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if access::is_code(path) || access::FREE.contains(&path) && path != "/login" {
        return next.run(request).await;
    }
    let login = path == "/login" && request.method() == Method::POST;
    let client = server.rate.client(&server, &request);
    let Some(wait) = server.rate.wait(client, login) else {
        return next.run(request).await;
    };
    // Rounded up: who comes back then is let in.
    let seconds = wait.as_secs() + 1;
    tracing::info!(?client, seconds, "too many requests");
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let message = format!("Too many requests: wait {seconds} {unit}, then go on more slowly.");
    let failure = Failure::new(ErrorCode::TooManyRequests, message);
    let mut response = match access::is_for_programs(path) {
        true => failure.into_response(),
        false => failure.into_page(),
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn clients_are_told_apart() {
        for (a, b, same) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ] {
            assert_eq!(network(address(a)) == network(address(b)), same, "{a} {b}");
        }
    }

    #[test]
    fn only_what_the_nearest_proxy_says_counts() {
        for (values, expected) in [
            (&["10.0.0.1"][..], Some("10.0.0.1")),
            (&["1.2.3.4, 10.0.0.1"], Some("10.0.0.1")),
            (&["1.2.3.4", "10.0.0.1"], Some("10.0.0.1")),
            (&["nonsense"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            assert_eq!(forwarded(&headers), expected.map(address), "{values:?}");
        }
    }

    #[test]
    fn each_has_its_own_count() {
        let rate = Rate::new(&Limits {
            rate: 1,
            ..Limits::default()
        });
        let one = Client::Address(address("10.0.0.1"));
        let two = Client::Token(0);
        for _ in 0..BURST {
            assert_eq!(rate.wait(one, false), None);
        }
        let wait = rate.wait(one, false).unwrap();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(rate.wait(two, false), None);
        for _ in 1..BURST {
            assert_eq!(rate.wait(two, true), None);
        }
        assert!(rate.wait(two, true).is_some());
        let free = Rate::new(&Limits {
            rate: 0,
            ..Limits::default()
        });
        assert!((0..100_000).all(|_| free.wait(one, false).is_none()));
    }
}
