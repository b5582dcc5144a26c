//! A reload takes a configuration over as a whole, or leaves everything as it was (SR-91).

use std::{fs, path::PathBuf};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use idp::{
    app::{App, World},
    config::{
        Configuration,
        demo::{DemoValues, write},
    },
    keys::{MasterKeys, SystemEntropy},
};
use tempfile::TempDir;
use tower::ServiceExt;

struct Running {
    folder: TempDir,
    path: PathBuf,
    app: App,
}

async fn running() -> Running {
    let folder = tempfile::tempdir().unwrap();
    let values = DemoValues { port: 9000, issuer: None, clients: None };
    let path = write(folder.path(), &values, &SystemEntropy::new()).unwrap();
    let configuration = Configuration::load(&path, []).unwrap();
    MasterKeys::create(&configuration.master_key_file, &SystemEntropy::new()).unwrap();
    let app = App::build(configuration, World::default()).await.unwrap();
    Running { folder, path, app }
}

impl Running {
    fn edit(&self, from: &str, to: &str) {
        let file = self.folder.path().join("config/tenants/demo/tenant.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    async fn shows(&self, words: &str) -> bool {
        let request = Request::get("http://localhost:9000/authorize?client_id=nobody").body(Body::empty()).unwrap();
        let answer = self.app.router().oneshot(request).await.unwrap();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        String::from_utf8_lossy(&body).contains(words)
    }
}

#[tokio::test]
async fn a_valid_change_is_served_at_once() {
    let running = running().await;
    assert!(running.shows("サンプル大学").await);
    running.edit("サンプル大学", "みほん大学");
    assert!(running.shows("サンプル大学").await, "a file alone changes nothing");
    let need_restart = running.app.reload(Configuration::load(&running.path, []).unwrap()).await.unwrap();
    assert!(need_restart.is_empty());
    assert!(running.shows("みほん大学").await);
}

#[tokio::test]
async fn a_theme_that_is_not_there_leaves_everything_as_it_was() {
    let running = running().await;
    running.edit("サンプル大学", "みほん大学");
    running.edit("theme = \"default\"", "theme = \"missing\"");
    let refused = running.app.reload(Configuration::load(&running.path, []).unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains("there is no theme missing"), "{refused}");
    assert!(running.shows("サンプル大学").await);
}

#[tokio::test]
async fn what_needs_a_restart_is_named() {
    let running = running().await;
    let elsewhere = [("IDP__SERVER__LISTEN".to_owned(), "127.0.0.1:9999".to_owned())];
    let need_restart = running.app.reload(Configuration::load(&running.path, elsewhere).unwrap()).await.unwrap();
    assert_eq!(need_restart, ["[server]"]);
}
